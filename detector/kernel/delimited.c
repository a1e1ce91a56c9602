/* Rows of delimited text (RFC 4180), a name in each. A row ends with the line in which every quote is
 * closed; what is no plain row, and every row of several lines, is left to Python.
 */
#include <string.h>

#include "kernel.h"

static const uint8_t *line_end(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
    return stop ? stop : end;
}

static int has_open_quote(const uint8_t *at, const uint8_t *end) {
    unsigned open = 0;
    for (; at < end; at++) open ^= *at == '"';
    return (int)open;
}

/* Where a row ends; NULL if no line near by closes its quote. */
static const uint8_t *row_end(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = line_end(at, end);
    if (!memchr(at, '"', (size_t)(stop - at)) || !has_open_quote(at, stop)) return stop;
    while (stop + 1 < end) {
        const uint8_t *next = stop + 1;
        stop = line_end(next, end);
        if (stop - at > MAX_LINE) return NULL;
        if (has_open_quote(next, stop)) return stop;
    }
    return NULL;
}

size_t rows_unfinished(const uint8_t *block, size_t length, int final) {
    const uint8_t *end = block + length, *at = block;
    if (!length || !memchr(block, '"', length)) return length;
    while (at < end) {
        const uint8_t *stop = row_end(at, end);
        if (!stop && !final && end - at <= MAX_LINE) return (size_t)(at - block);
        at = (stop ? stop : line_end(at, end)) + 1;
    }
    return length;
}

/* UTF-8 as RFC 3629 has it: nothing overlong, no surrogates, nothing above U+10FFFF. */
static int is_utf8(const uint8_t *at, const uint8_t *end) {
    while (at < end) {
        uint8_t first = *at++;
        if (first < 0x80) continue;
        int more = first >= 0xf0 ? 3 : first >= 0xe0 ? 2 : 1;
        uint8_t low = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
        uint8_t high = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
        if (first < 0xc2 || first > 0xf4 || end - at < more || *at < low || *at > high) return 0;
        for (at++; --more; at++)
            if (*at < 0x80 || *at > 0xbf) return 0;
    }
    return 1;
}

/* No carriage return within, and UTF-8. */
static int is_usual_text(const uint8_t *at, const uint8_t *end) {
    unsigned high = 0, returns = 0;
    for (const uint8_t *each = at; each < end; each++) {
        high |= *each;
        returns |= *each == '\r';
    }
    return !returns && (high < 0x80 || (is_utf8(at, end) && *at != 0xef)); /* perhaps a byte order mark */
}

/* Digits, with a fraction or without; or no time at all. */
static int is_cell_time(span text) {
    const uint8_t *point = memchr(text.start, '.', (size_t)text.length);
    if (!point) return is_digits(text) || is_usual_time(text);
    span before = {text.start, (int)(point - text.start)};
    span after = {point + 1, text.length - before.length - 1};
    if (before.length && after.length && is_digits(before) && is_digits(after)) return 1;
    return is_usual_time(text);
}

static int screen_cell(screen *screen, int kind, span text, place record) {
    if (kind & JSON_COUNT && !is_digits(text)) return 0;
    if (kind & JSON_TIME && text.length && !is_cell_time(text)) return 0;
    if (kind & JSON_RDATA && !screen_rdata(screen, text, record)) return 0;
    if (!(kind & JSON_OWN)) return 1;
    if (!text.length || text.length > MAX_NAME + 1) return 0;
    if (text.start[0] <= ' ' || text.start[text.length - 1] <= ' ') return 0;
    screen_name(screen, text.start, text.length, record);
    return 1;
}

/* Reads a cell between quotes; 0 if a quote stands in it, or something behind it. */
static int quoted_cell(const uint8_t **at, const uint8_t *end, uint8_t divider, span *text) {
    const uint8_t *start = *at + 1, *stop = memchr(start, '"', (size_t)(end - start));
    if (!stop || (stop + 1 < end && stop[1] != divider)) return 0;
    *text = (span){start, (int)(stop - start)};
    *at = stop + 1;
    return 1;
}

static int is_row(screen *screen, const row_shape *shape, const uint8_t *at, const uint8_t *end, place record) {
    int quotes = memchr(at, '"', (size_t)(end - at)) != NULL;
    int number = 0;
    for (;; number++, at++) {
        span text;
        if (quotes && at < end && *at == '"') {
            if (!quoted_cell(&at, end, shape->divider, &text)) return 0;
        } else {
            const uint8_t *stop = memchr(at, shape->divider, (size_t)(end - at));
            if (!stop) stop = end;
            text = (span){at, (int)(stop - at)};
            if (quotes && memchr(at, '"', (size_t)(stop - at))) return 0;
            at = stop;
        }
        if (number < shape->count && shape->kinds[number] && !screen_cell(screen, shape->kinds[number], text, record))
            return 0;
        if (at >= end || (!quotes && number + 1 >= shape->count)) break;
    }
    return number >= shape->own;
}

static int is_blank(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || (*at >= '\t' && *at <= '\r'))) at++;
    return at == end;
}

void screen_rows(screen *screen, const row_shape *shape, const uint8_t *block, size_t length) {
    const uint8_t *end = block + length;
    for (const uint8_t *at = block; at < end;) {
        const uint8_t *line = line_end(at, end), *stop = row_end(at, end);
        int usual = stop == line; /* closed, and in one line */
        if (!stop) stop = line;
        place record = {at - block, stop - block};
        const uint8_t *last = stop;
        while (last > at && last[-1] == '\r') last--;
        if (is_blank(at, last)) {
            screen->out->blank++;
        } else {
            screen->out->records++;
            if (!usual || last - at > MAX_LINE || !is_usual_text(at, last) || !is_row(screen, shape, at, last, record))
                screen_record(screen, record);
        }
        at = stop + 1;
    }
}
