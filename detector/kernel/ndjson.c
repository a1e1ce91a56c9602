/* JSON lines: the value of rrname, found by a strict reader (RFC 8259). Anything unusual is left to
 * Python: escapes with \u, octets above ASCII, odd keys, deep nesting, broken syntax.
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
    span name;  /* the value of rrname, at the top or inside {"obj": ...} */
    int names;  /* how many rrname were met at these places */
    int unusual;
} json;

static int json_value(json *in, int depth, int level);

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

static int is_key(span text, const char *key, int length) {
    return text.length == length && !memcmp(text.start, key, (size_t)length);
}

/* One member. Level 0 is the record, 1 the object in its "obj": there rrname counts. */
static int json_member(json *in, int depth, int level) {
    span key, value;
    int plain;
    json_space(in);
    if (!json_string(in, &key, &plain)) return 0;
    if (!plain) in->unusual = 1;
    json_space(in);
    if (in->at >= in->end || *in->at++ != ':') return 0;
    json_space(in);
    if (level > 1) return json_value(in, depth, 2);
    if (is_key(key, "rrname", 6)) {
        if (!json_string(in, &value, &plain)) return 0;
        in->unusual |= !plain;
        in->name = value;
        in->names++;
        return 1;
    }
    if (level == 0 && is_key(key, "cond", 4)) in->unusual = 1;
    return json_value(in, depth, level == 0 && is_key(key, "obj", 3) ? 1 : 2);
}

static int json_container(json *in, int depth, int level, uint8_t close) {
    in->at++;
    json_space(in);
    if (in->at < in->end && *in->at == close) {
        in->at++;
        return 1;
    }
    while (in->at < in->end) {
        if (close == '}') {
            if (!json_member(in, depth, level)) return 0;
        } else {
            json_space(in);
            if (!json_value(in, depth, 2)) return 0;
        }
        json_space(in);
        if (in->at >= in->end) return 0;
        uint8_t next = *in->at++;
        if (next == close) return 1;
        if (next != ',') return 0;
    }
    return 0;
}

static int json_value(json *in, int depth, int level) {
    span text;
    int plain;
    if (in->at >= in->end || depth >= MAX_DEPTH) return 0;
    switch (*in->at) {
    case '"': return json_string(in, &text, &plain);
    case '{': return json_container(in, depth + 1, level, '}');
    case '[': return json_container(in, depth + 1, 2, ']');
    case 't': return json_word(in, "true", 4);
    case 'f': return json_word(in, "false", 5);
    case 'n': return json_word(in, "null", 4);
    default: return json_number(in);
    }
}

static int json_name(const uint8_t *at, const uint8_t *end, span *name) {
    json in = {at, end, {NULL, 0}, 0, 0};
    json_space(&in);
    if (in.at >= in.end || *in.at != '{' || !json_container(&in, 0, 0, '}')) return 0;
    json_space(&in);
    *name = in.name;
    return in.at == in.end && in.names == 1 && !in.unusual;
}

void screen_ndjson(screen *screen, const uint8_t *block, size_t length) {
    const uint8_t *end = block + length;
    for (const uint8_t *at = block; at < end;) {
        const uint8_t *stop = line_end(at, end), *last = stop;
        place record = {at - block, stop - block};
        span name;
        if (last > at && last[-1] == '\r') last--;
        if (last == at) {
            screen->out->blank++;
        } else {
            screen->out->records++;
            if (last - at > MAX_LINE || !json_name(at, last, &name) || name.length > MAX_NAME + 1)
                screen_record(screen, record);
            else screen_name(screen, name.start, name.length, record);
        }
        at = stop + 1;
    }
}
