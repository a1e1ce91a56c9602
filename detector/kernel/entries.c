/* Zone files (RFC 1035, 5), as registries write nearly all of their lines: an absolute owner, a TTL, the
 * class IN, a type, values; nothing quoted, escaped or left out. Only these are read here.
 */
#include <string.h>
#include <strings.h>

#include "kernel.h"

static const uint8_t *line_end(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
    return stop ? stop : end;
}

static const uint8_t *past_space(const uint8_t *at, const uint8_t *end) {
    while (at < end && (*at == ' ' || *at == '\t')) at++;
    return at;
}

static span word(const uint8_t **at, const uint8_t *end) {
    const uint8_t *start = *at = past_space(*at, end);
    while (*at < end && **at != ' ' && **at != '\t') (*at)++;
    return (span){start, (int)(*at - start)};
}

static int is_word(span text, const char *wanted) {
    return (size_t)text.length == strlen(wanted) && !strncasecmp((const char *)text.start, wanted, strlen(wanted));
}

/* Whether records of a type point at a name; -1 if it is written as only Python reads it. */
static int points(span type) {
    static const char *const pointing[] = {"NS", "CNAME", "PTR", "MX", "SRV", "DNAME"};
    uint8_t first = type.length ? type.start[0] | 0x20 : 0;
    if (first < 'a' || first > 'z' || is_word(type, "IN") || is_word(type, "CH") || is_word(type, "HS") ||
        is_word(type, "CS") || (type.length > 4 && !strncasecmp((const char *)type.start, "TYPE", 4)))
        return -1;
    for (size_t i = 0; i < sizeof pointing / sizeof *pointing; i++)
        if (is_word(type, pointing[i])) return 1;
    return 0;
}

static int is_usual_octet(uint8_t octet) {
    return octet == '\t' || (octet >= ' ' && octet < 0x7f && octet != '"' && octet != ';' && octet != '(' &&
                             octet != ')' && octet != '\\');
}

static int is_absolute(span name) { return name.length > 1 && name.start[name.length - 1] == '.'; }

typedef struct {
    span owner, target; /* target: what it points at; empty if at nothing */
} entry;

/* Reads a line; 0 if it is for Python. */
static int read_entry(const uint8_t *at, const uint8_t *end, entry *out) {
    if (end > at && end[-1] == '\r') end--;
    if (at == end || *at == ' ' || *at == '\t' || *at == '$' || *at == '@' || end - at > MAX_LINE) return 0;
    unsigned odd = 0;
    for (const uint8_t *each = at; each < end; each++) odd |= !is_usual_octet(*each);
    if (odd) return 0;
    *out = (entry){word(&at, end), {at, 0}};
    if (!is_absolute(out->owner)) return 0;
    span ttl = word(&at, end);
    if (!ttl.length || !is_digits(ttl) || !is_word(word(&at, end), "IN")) return 0;
    int pointing = points(word(&at, end));
    if (pointing < 1) return !pointing;
    while (end > at && (end[-1] == ' ' || end[-1] == '\t')) end--;
    const uint8_t *last = end;
    while (last > at && last[-1] != ' ' && last[-1] != '\t') last--;
    out->target = (span){last, (int)(end - last)};
    return is_absolute(out->target);
}

int entries_odd(hits *out, const uint8_t *block, size_t length) {
    const uint8_t *end = block + length, *begin = NULL;
    entry found;
    for (const uint8_t *at = block; at < end;) {
        const uint8_t *stop = line_end(at, end);
        int plain = read_entry(at, stop, &found);
        if (plain && begin && !hits_add(out, (place){begin - block, at - block})) return 0;
        begin = plain ? NULL : begin ? begin : at;
        at = stop + 1;
    }
    return !begin || hits_add(out, (place){begin - block, (int64_t)length});
}

void screen_entries(screen *screen, const uint8_t *block, size_t length) {
    const uint8_t *end = block + length;
    for (const uint8_t *at = block; at < end;) {
        const uint8_t *stop = line_end(at, end);
        place record = {at - block, stop - block};
        entry found;
        if (read_entry(at, stop, &found)) {
            screen->out->records++;
            screen_name(screen, found.owner.start, found.owner.length, record);
            if (found.target.length && !screen_rdata(screen, found.target, record)) screen_record(screen, record);
        }
        at = stop + 1;
    }
}
