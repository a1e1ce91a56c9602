/* Target rows: the lines of a target file in, domain, brand and industry of each plain one out.
 *
 * A line is plain if it has as many fields as the header, no quote, nothing owned, printable ASCII
 * alone, and a registrable domain in lower case that has not been seen before. Any other is left to
 * Python, in its turn, so that what is wrong with a line never depends on who looked at it.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define FIRST_SIZE 1024u
#define MAX_FORESEEN (1u << 20) /* rows that there is a place for before they are read */

int rows_init(target_rows *rows) {
    memset(rows, 0, sizeof *rows);
    rows->mask = FIRST_SIZE - 1;
    rows->slots = calloc(FIRST_SIZE, sizeof *rows->slots);
    return rows->slots ? 0 : -1;
}

void rows_free(target_rows *rows) {
    suffixes_free(&rows->suffixes);
    free(rows->rows);
    free(rows->slots);
    free(rows->label_slots);
    free(rows->text);
}

static uint32_t hash_of(span text) { return (uint32_t)mix(bytes_hash(text.start, text.length)); }

static int is_text(const target_rows *rows, uint32_t offset, uint32_t length, span text) {
    return (int)length == text.length && !memcmp(rows->text + offset, text.start, length);
}

span rows_domain(const target_rows *rows, uint32_t place) {
    const target_row *row = rows->rows + place;
    return (span){rows->text + row->text, (int)row->domain};
}

span rows_label(const target_rows *rows, uint32_t place) {
    const target_row *row = rows->rows + place;
    return (span){rows->text + row->text, (int)row->label};
}

static int64_t find(const target_rows *rows, span domain, uint32_t hash) {
    for (uint32_t at = hash & rows->mask; rows->slots[at]; at = (at + 1) & rows->mask) {
        const target_row *row = rows->rows + rows->slots[at] - 1;
        if (is_text(rows, row->text, row->domain, domain)) return rows->slots[at] - 1;
    }
    return -1;
}

int64_t rows_find(const target_rows *rows, span domain) { return find(rows, domain, hash_of(domain)); }

/* Makes the set of labels when it is first asked for: -1 if there is no memory for it. */
static int set_labels(target_rows *rows) {
    uint32_t mask = rows->mask;
    rows->label_slots = calloc((size_t)mask + 1, sizeof *rows->label_slots);
    if (!rows->label_slots) return -1;
    for (uint32_t place = 0; place < rows->count; place++) {
        uint32_t at = hash_of(rows_label(rows, place)) & mask;
        while (rows->label_slots[at]) at = (at + 1) & mask;
        rows->label_slots[at] = place + 1;
    }
    rows->label_mask = mask;
    return 0;
}

int rows_has_label(target_rows *rows, span label) {
    if (!rows->label_slots && set_labels(rows)) return -1;
    for (uint32_t at = hash_of(label) & rows->label_mask; rows->label_slots[at]; at = (at + 1) & rows->label_mask) {
        span known = rows_label(rows, rows->label_slots[at] - 1);
        if (known.length == label.length && !memcmp(known.start, label.start, (size_t)label.length)) return 1;
    }
    return 0;
}

/* Makes place for so many rows. */
static int set_slots(target_rows *rows, uint64_t count) {
    uint32_t mask = rows->mask;
    while (count * 2 > mask && mask < UINT32_MAX) mask = mask * 2 + 1;
    if (mask == rows->mask) return 0;
    uint32_t *slots = calloc((size_t)mask + 1, sizeof *slots);
    if (!slots) return -1;
    for (uint32_t place = 0; place < rows->count; place++) {
        uint32_t at = hash_of(rows_domain(rows, place)) & mask;
        while (slots[at]) at = (at + 1) & mask;
        slots[at] = place + 1;
    }
    free(rows->slots);
    rows->slots = slots;
    rows->mask = mask;
    return 0;
}

static int reserve(target_rows *rows, size_t more) {
    if (rows->used + more > UINT32_MAX || rows->count == INT32_MAX) return -1;
    if (rows->used + more > rows->room) {
        size_t room = (rows->used + more) * 2 + 4096;
        uint8_t *text = realloc(rows->text, room);
        if (!text) return -1;
        rows->text = text;
        rows->room = room;
    }
    if (rows->count == rows->size) {
        uint32_t size = rows->size * 2 + 512;
        target_row *grown = realloc(rows->rows, size * sizeof *grown);
        if (!grown) return -1;
        rows->rows = grown;
        rows->size = size;
    }
    return set_slots(rows, (uint64_t)rows->count + 1);
}

static int append(target_rows *rows, span domain, span brand, span industry, uint32_t line, uint32_t hash) {
    size_t length = (size_t)domain.length + (size_t)brand.length + (size_t)industry.length;
    if (reserve(rows, length)) return -1;
    const uint8_t *dot = memchr(domain.start, '.', (size_t)domain.length);
    rows->rows[rows->count] = (target_row){
        .text = (uint32_t)rows->used,
        .domain = (uint32_t)domain.length,
        .brand = (uint32_t)brand.length,
        .industry = (uint32_t)industry.length,
        .line = line,
        .label = (uint32_t)(dot ? dot - domain.start : domain.length),
    };
    const span parts[] = {domain, brand, industry};
    for (int i = 0; i < 3; i++) {
        memcpy(rows->text + rows->used, parts[i].start, (size_t)parts[i].length);
        rows->used += (size_t)parts[i].length;
    }
    uint32_t at = hash & rows->mask;
    while (rows->slots[at]) at = (at + 1) & rows->mask;
    rows->slots[at] = ++rows->count;
    free(rows->label_slots);
    rows->label_slots = NULL;
    return 0;
}

int rows_append(target_rows *rows, span domain, span brand, span industry, uint32_t line) {
    return append(rows, domain, brand, industry, line, hash_of(domain));
}

/* Plain, as Registrable.is_plain says it: one plain label left of a listed suffix. A label of the
 * suffix that is in A-label form is not plain here. */
static int is_plain_domain(const target_rows *rows, span domain, const uint8_t *limit) {
    span labels[8];
    int count = 0, start = 0, icann, all, unlisted;
    if (domain.length > MAX_NAME) return 0;
    for (int at = 0; at <= domain.length; at++) {
        uint8_t c = at < domain.length ? domain.start[at] : '.';
        if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-') continue;
        const uint8_t *label = domain.start + start;
        int length = at - start;
        if (c != '.' || length < 1 || length > MAX_LABEL || count == 8) return 0;
        if (label[0] == '-' || label[length - 1] == '-' || (length >= 4 && !memcmp(label, "xn--", 4))) return 0;
        labels[count++] = (span){label, length};
        start = at + 1;
    }
    if (count == 2 && limit - labels[1].start >= 8 &&
        suffixes_is_top(&rows->suffixes, labels[1].start, (uint32_t)labels[1].length, labels[0].start,
                        (uint32_t)labels[0].length))
        return 1; /* nearly every domain there is: under .com, and no rule */
    if (count < 2 || suffixes_names(&rows->suffixes, labels, count, limit)) return 0;
    if (!suffixes_names(&rows->suffixes, labels + count - 1, 1, limit)) return 0;
    suffixes_match(&rows->suffixes, labels, count, limit, &icann, &all, &unlisted);
    return icann == count - 1 || all == count - 1;
}

static span trimmed(span text) {
    while (text.length && text.start[text.length - 1] == ' ') text.length--;
    while (text.length && text.start[0] == ' ') text = (span){text.start + 1, text.length - 1};
    return text;
}

/* Takes a line if it is plain: 1; 0 if it is not, -1 if there is no memory. */
static int take(target_rows *rows, const row_reader *reader, span line, uint32_t number) {
    span fields[MAX_COLUMNS];
    int count = 0, start = 0;
    for (int at = 0; at <= line.length; at++) {
        uint8_t c = at < line.length ? line.start[at] : ',';
        if (c == ',') {
            if (count == reader->width) return 0;
            fields[count++] = (span){line.start + start, at - start};
            start = at + 1;
        } else if (c < 0x20 || c >= 0x7f || c == '"') {
            return 0;
        }
    }
    if (count != reader->width || (reader->owned >= 0 && fields[reader->owned].length)) return 0;
    span domain = fields[reader->domain], brand = trimmed(fields[reader->brand]);
    span industry = trimmed(fields[reader->industry]);
    if (!brand.length || !industry.length) return 0;
    uint32_t hash = hash_of(domain);
    __builtin_prefetch(rows->slots + (hash & rows->mask), 1);
    if (!is_plain_domain(rows, domain, reader->text + reader->size) || find(rows, domain, hash) >= 0) return 0;
    return append(rows, domain, brand, industry, number, hash) ? -1 : 1;
}

int rows_read(target_rows *rows, row_reader *reader, span *odd) {
    /* As if a line had 32 octets: where it has more, some memory is not used; else the table grows. */
    size_t left = reader->at < reader->size ? reader->size - reader->at : 0;
    if (!rows->count && set_slots(rows, left / 32 < MAX_FORESEEN ? left / 32 : MAX_FORESEEN)) return -1;
    while (reader->at < reader->size) {
        const uint8_t *line = reader->text + reader->at;
        const uint8_t *stop = memchr(line, '\n', reader->size - reader->at);
        size_t length = stop ? (size_t)(stop - line) : reader->size - reader->at;
        uint32_t number = reader->line++;
        reader->at += length + 1;
        *odd = (span){line, length > INT32_MAX ? INT32_MAX : (int)length};
        int taken = take(rows, reader, *odd, number);
        if (taken < 1) return taken < 0 ? -1 : 1;
    }
    return 0;
}
