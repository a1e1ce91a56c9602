/* JSON lines: the names at given paths, found by a strict reader (RFC 8259). Anything unusual is left
 * to Python: escapes with \u, octets above ASCII, odd keys, deep nesting, broken syntax, a value of
 * another kind than its path says.
 */
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "kernel.h"

#define MAX_DEPTH 32
#define MAX_DIGITS 300 /* of a JSON number; Python looks at longer ones */

static const uint8_t *line_end(const uint8_t *at, const uint8_t *end) {
    const uint8_t *stop = memchr(at, '\n', (size_t)(end - at));
    return stop ? stop : end;
}

typedef struct {
    const uint8_t *at, *end;
    const json_shape *shape;
    screen *screen;
    place record;
    int own; /* how many names were met that a record can be about */
    int unusual;
} json;

static int json_value(json *in, int depth, int node);

static void json_space(json *in) {
    while (in->at < in->end && (*in->at == ' ' || *in->at == '\t' || *in->at == '\r')) in->at++;
}

/* Skips to the first octet of a string that is not plain: quote, backslash, control or not ASCII. */
static const uint8_t *plain_run(const uint8_t *at, const uint8_t *end) {
#if defined(__SSE2__)
    const __m128i quote = _mm_set1_epi8('"'), slash = _mm_set1_epi8('\\'), low = _mm_set1_epi8(0x20);
    while (end - at >= 16) {
        __m128i text = _mm_loadu_si128((const __m128i *)at);
        /* Signed: octets from 0x80 on are below 0x20 as well. */
        __m128i odd = _mm_or_si128(_mm_cmplt_epi8(text, low),
                                   _mm_or_si128(_mm_cmpeq_epi8(text, quote), _mm_cmpeq_epi8(text, slash)));
        int mask = _mm_movemask_epi8(odd);
        if (mask) return at + __builtin_ctz((unsigned)mask);
        at += 16;
    }
#endif
    while (at < end && *at >= 0x20 && *at < 0x80 && *at != '"' && *at != '\\') at++;
    return at;
}

/* Reads a string; `plain` tells whether it has no escape. \u is left to Python: surrogates. */
static int json_string(json *in, span *text, int *plain) {
    if (in->at >= in->end || *in->at != '"') return 0;
    const uint8_t *start = ++in->at;
    *plain = 1;
    for (;;) {
        in->at = plain_run(in->at, in->end);
        if (in->at >= in->end) return 0;
        if (*in->at == '"') break;
        if (*in->at != '\\' || in->at + 1 >= in->end || !memchr("\"\\/bfnrt", in->at[1], 8)) return 0;
        *plain = 0;
        in->at += 2;
    }
    *text = (span){start, (int)(in->at - start)};
    in->at++;
    return 1;
}

static int digits(json *in) {
    const uint8_t *start = in->at;
    while (in->at < in->end && *in->at >= '0' && *in->at <= '9') in->at++;
    return (int)(in->at - start);
}

static int json_number(json *in) {
    const uint8_t *start = in->at;
    if (in->at < in->end && *in->at == '-') in->at++;
    if (in->at < in->end && *in->at == '0') in->at++;
    else if (!digits(in)) return 0;
    if (in->at < in->end && *in->at == '.') {
        in->at++;
        if (!digits(in)) return 0;
    }
    if (in->at < in->end && (*in->at == 'e' || *in->at == 'E')) {
        in->at++;
        if (in->at < in->end && (*in->at == '+' || *in->at == '-')) in->at++;
        if (!digits(in)) return 0;
    }
    return in->at - start <= MAX_DIGITS;
}

static int json_word(json *in, const char *word, int length) {
    if (in->end - in->at < length || memcmp(in->at, word, (size_t)length)) return 0;
    in->at += length;
    return 1;
}

/* Finds the entry of a key below a node; -1 if nothing is looked for there. */
static int find_entry(const json *in, int node, span key) {
    if (node < 0) return -1;
    const json_shape *shape = in->shape;
    uint64_t word = first_octets(key.start, key.length, in->end);
    for (int at = shape->first[node]; at < shape->first[node + 1]; at++) {
        const json_entry *entry = shape->entries + at;
        span head = entry->head, tail = entry->tail;
        if (entry->open ? key.length < head.length + tail.length : key.length != head.length || word != entry->word)
            continue;
        if (memcmp(key.start, head.start, (size_t)head.length)) continue;
        if (!memcmp(key.start + key.length - tail.length, tail.start, (size_t)tail.length)) return at;
    }
    return -1;
}

/* Digits, and a fraction where it may have one. */
static int is_usual_number(span text, int kind) {
    const uint8_t *point = kind & JSON_TIME ? memchr(text.start, '.', (size_t)text.length) : NULL;
    if (!point) return is_digits(text);
    int before = (int)(point - text.start);
    return is_digits((span){text.start, before}) && is_digits((span){point + 1, text.length - before - 1});
}

static int number_at(const uint8_t *at) { return (at[0] - '0') * 10 + at[1] - '0'; }

/* A time of RFC 3339, its zone left out or not; the last days of a month are left to Python. */
int is_usual_time(span text) {
    static const char form[] = "0000-00-00T00:00:00";
    const uint8_t *at = text.start, *end = at + text.length;
    if (text.length < 19) return 0;
    for (int i = 0; i < 19; i++)
        if (form[i] == '0' ? at[i] < '0' || at[i] > '9' : at[i] != form[i] && !(i == 10 && at[i] == ' ')) return 0;
    int month = number_at(at + 5), day = number_at(at + 8);
    if (at[0] == '0' || month < 1 || month > 12 || day < 1 || day > 28) return 0;
    if (number_at(at + 11) > 23 || number_at(at + 14) > 59 || number_at(at + 17) > 59) return 0;
    at += 19;
    if (at < end && *at == '.') {
        const uint8_t *fraction = ++at;
        while (at < end && *at >= '0' && *at <= '9') at++;
        if (at == fraction || at - fraction > 6) return 0;
    }
    return at == end || (end - at == 1 && *at == 'Z') || (end - at == 6 && !memcmp(at, "+00:00", 6));
}

static int is_address(span text) {
    for (int at = 0; at < text.length; at++)
        if ((text.start[at] < '0' || text.start[at] > '9') && text.start[at] != '.') return 0;
    return 1;
}

int screen_rdata(screen *screen, span text, place record) {
    const uint8_t *end = text.start + text.length, *at = end;
    while (at > text.start && at[-1] != ' ') at--;
    span name = {at, (int)(end - at)};
    if (!name.length || memchr(name.start, ':', (size_t)name.length) || is_address(name)) return 1;
    if (name.length > MAX_NAME + 1) return 0;
    screen_name(screen, name.start, name.length, record);
    return 1;
}

static void screen_text(json *in, int kind, span text, int plain) {
    if (kind & JSON_RDATA) {
        if (plain) in->unusual |= !screen_rdata(in->screen, text, in->record);
        else if (text.start[0] != '\\' || text.start[1] != '"') in->unusual = 1; /* quoted text is none */
    } else if (kind & JSON_OWN) {
        in->own++;
        if (!plain || text.length > MAX_NAME + 1) in->unusual = 1;
        else screen_name(in->screen, text.start, text.length, in->record);
    } else if (kind && !(kind & JSON_TEXT)) { /* an object or array, never clean, a count or a time */
        int is_number = kind & (JSON_COUNT | JSON_TIME) && is_digits(text);
        if (!is_number && !(kind & JSON_TIME && is_usual_time(text))) in->unusual = 1;
    }
}

static int json_member(json *in, int depth, int node, uint64_t *seen) {
    span key;
    int plain;
    json_space(in);
    if (!json_string(in, &key, &plain)) return 0;
    if (!plain) in->unusual = 1;
    json_space(in);
    if (in->at >= in->end || *in->at++ != ':') return 0;
    json_space(in);
    int at = find_entry(in, node, key);
    if (at < 0) return json_value(in, depth, -1);
    const json_entry *entry = in->shape->entries + at;
    uint64_t bit = 1ull << (at - in->shape->first[node]);
    if (!entry->open && *seen & bit) in->unusual = 1; /* twice: of which the last one counts */
    *seen |= bit;
    return json_value(in, depth, entry->child);
}

static int json_object(json *in, int depth, int node) {
    uint64_t seen = 0;
    in->at++;
    json_space(in);
    if (in->at < in->end && *in->at == '}') {
        in->at++;
        return 1;
    }
    while (in->at < in->end) {
        if (!json_member(in, depth, node, &seen)) return 0;
        json_space(in);
        if (in->at >= in->end) return 0;
        uint8_t next = *in->at++;
        if (next == '}') return 1;
        if (next != ',') return 0;
    }
    return 0;
}

static int json_array(json *in, int depth, int node) {
    int element = node < 0 ? -1 : in->shape->elements[node];
    in->at++;
    json_space(in);
    if (in->at < in->end && *in->at == ']') {
        in->at++;
        return 1;
    }
    while (in->at < in->end) {
        json_space(in);
        if (!json_value(in, depth, element)) return 0;
        json_space(in);
        if (in->at >= in->end) return 0;
        uint8_t next = *in->at++;
        if (next == ']') return 1;
        if (next != ',') return 0;
    }
    return 0;
}

static int json_value(json *in, int depth, int node) {
    span text;
    int plain, kind = node < 0 ? 0 : in->shape->kinds[node];
    if (in->at >= in->end || depth >= MAX_DEPTH) return 0;
    switch (*in->at) {
    case '"':
        if (!json_string(in, &text, &plain)) return 0;
        screen_text(in, kind, text, plain);
        return 1;
    case '{':
        if (kind && !(kind & JSON_OBJECT)) in->unusual = 1;
        return json_object(in, depth + 1, kind & JSON_OBJECT ? node : -1);
    case '[':
        if (kind && !(kind & JSON_ARRAY)) in->unusual = 1;
        return json_array(in, depth + 1, kind & JSON_ARRAY ? node : -1);
    case 'n':
        if (kind & (JSON_OWN | JSON_NEVER)) in->unusual = 1; /* elsewhere as if it were not there */
        return json_word(in, "null", 4);
    case 't':
    case 'f':
        if (kind) in->unusual = 1;
        return *in->at == 't' ? json_word(in, "true", 4) : json_word(in, "false", 5);
    default:
        text.start = in->at;
        if (!json_number(in)) return 0;
        text.length = (int)(in->at - text.start);
        if (kind && !(kind & (JSON_COUNT | JSON_TIME) && is_usual_number(text, kind))) in->unusual = 1;
        return 1;
    }
}

static int json_is_usual(screen *screen, const json_shape *shape, const uint8_t *at, const uint8_t *end,
                         place record) {
    json in = {at, end, shape, screen, record, 0, 0};
    json_space(&in);
    if (in.at >= in.end || *in.at != '{' || !json_object(&in, 0, 0)) return 0;
    json_space(&in);
    return in.at == in.end && !in.unusual && (shape->several ? in.own > 0 : in.own == 1);
}

void screen_ndjson(screen *screen, const json_shape *shape, const uint8_t *block, size_t length) {
    const uint8_t *end = block + length;
    for (const uint8_t *at = block; at < end;) {
        const uint8_t *stop = line_end(at, end), *last = stop;
        place record = {at - block, stop - block};
        if (last > at && last[-1] == '\r') last--;
        if (last == at) {
            screen->out->blank++;
        } else {
            screen->out->records++;
            if (last - at > MAX_LINE || !json_is_usual(screen, shape, at, last, record))
                screen_record(screen, record);
        }
        at = stop + 1;
    }
}
