/* Text logs: lines of fields, and lines where a name follows a mark. What is no such line, and what
 * has an escape where a name stands, is left to Python.
 */
#include <string.h>

#include "kernel.h"

#define MAX_FIELDS 64

static const uint8_t *find(const uint8_t *at, const uint8_t *end, span text) {
    while (at + text.length <= end) {
        at = memchr(at, text.start[0], (size_t)(end - at) - (size_t)text.length + 1);
        if (!at) return NULL;
        if (!memcmp(at, text.start, (size_t)text.length)) return at;
        at++;
    }
    return NULL;
}

static int is_escaped(span text) { return text.length && memchr(text.start, '\\', (size_t)text.length) != NULL; }

static int is_span(span text, span other) {
    return text.length == other.length && !memcmp(text.start, other.start, (size_t)text.length);
}

/* A name that a line is about; 0 if Python must look at it. */
static int screen_own(screen *screen, span name, place record) {
    if (!name.length || name.length > MAX_NAME + 1 || is_escaped(name)) return 0;
    screen_name(screen, name.start, name.length, record);
    return 1;
}

static int screen_set(screen *screen, span set, int between, place record) {
    if (is_escaped(set)) return 0;
    const uint8_t *end = set.start + set.length;
    for (const uint8_t *at = set.start; at <= end && set.length;) {
        const uint8_t *stop = between ? memchr(at, between, (size_t)(end - at)) : NULL;
        if (!stop) stop = end;
        if (!screen_rdata(screen, (span){at, (int)(stop - at)}, record)) return 0;
        at = stop + 1;
    }
    return 1;
}

static int is_fields(screen *screen, const line_shape *shape, const uint8_t *at, const uint8_t *end, place record) {
    span own = {at, 0}, rdata = {at, 0}, number = {at, 0};
    int fields = 0;
    for (;; fields++) {
        const uint8_t *stop = find(at, end, shape->mark);
        span field = {at, (int)((stop ? stop : end) - at)};
        if (fields == shape->own) own = field;
        if (fields == shape->rdata) rdata = field;
        if (fields == shape->number) number = field;
        if (!stop) break;
        at = stop + shape->mark.length;
    }
    if (++fields != shape->count || is_span(own, shape->unset) || !is_digits(number)) return 0;
    if (!is_span(rdata, shape->unset) && !screen_set(screen, rdata, shape->between, record)) return 0;
    return screen_own(screen, own, record);
}

static span token(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = memchr(at, ' ', (size_t)(end - at));
    return (span){at, (int)((stop ? stop : end) - at)};
}

/* The mark, tokens that are passed over, the name, and IN so many tokens after it. */
static int is_marked(screen *screen, const line_shape *shape, const uint8_t *at, const uint8_t *end, place record) {
    at = find(at, end, shape->mark);
    if (!at) return 0;
    span text = {at + shape->mark.length - 1, 0}, own = {at, 0};
    for (int number = 0; number <= shape->own + shape->count; number++) {
        at = text.start + text.length + 1;
        if (at > end) return 0;
        text = token(at, end);
        if (!text.length) return 0;
        const uint8_t *colon = memchr(text.start, ':', (size_t)text.length);
        if (number < shape->own && colon && colon == text.start + text.length - 1) {
            number--; /* a word before the name that only says what follows */
            continue;
        }
        if (number == shape->own) own = text;
    }
    if (text.length != 2 || memcmp(text.start, "IN", 2)) return 0;
    return screen_own(screen, own, record);
}

/* Octets above ASCII may be no UTF-8, wherever they stand. */
static int is_ascii(const uint8_t *at, const uint8_t *end) {
    uint64_t word, found = 0;
    for (; end - at >= 8; at += 8) {
        memcpy(&word, at, 8);
        found |= word;
    }
    while (at < end) found |= *at++;
    return !(found & 0x8080808080808080u);
}

void screen_columns(screen *screen, const line_shape *shape, const uint8_t *block, size_t length) {
    const uint8_t *end = block + length;
    for (const uint8_t *at = block; at < end;) {
        const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
        if (!stop) stop = end;
        place record = {at - block, stop - block};
        const uint8_t *last = stop > at && stop[-1] == '\r' ? stop - 1 : stop;
        if (last == at) {
            screen->out->blank++;
        } else {
            screen->out->records++;
            int usual = *at != '#' && last - at <= MAX_LINE && is_ascii(at, last);
            if (usual) usual = (shape->marked ? is_marked : is_fields)(screen, shape, at, last, record);
            if (!usual) screen_record(screen, record);
        }
        at = stop + 1;
    }
}
