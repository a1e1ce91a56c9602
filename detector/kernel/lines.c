/* Lines: names, one a line. Separators and odd octets of a stretch are found 64 at a time and kept as
 * bits; the labels of a name are then the distances between set bits.
 */
#include <string.h>
#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include "kernel.h"

#define STRETCH 16384 /* octets looked at together; their bits stay in the first-level cache */

typedef struct {
    uint64_t separators[STRETCH / 64 + 1]; /* full stops and line feeds */
    uint64_t odd[STRETCH / 64 + 1];        /* neither of them, nor one of a-z 0-9 - _ * */
} bits;

#if defined(__SSE2__)
static __m128i within(__m128i text, char first, char last) {
    /* Signed comparisons: octets from 0x80 on are below every bound. */
    return _mm_and_si128(_mm_cmpgt_epi8(text, _mm_set1_epi8(first - 1)),
                         _mm_cmplt_epi8(text, _mm_set1_epi8(last + 1)));
}

static void classify(const uint8_t *text, uint64_t *separators, uint64_t *odd) {
    uint64_t cut = 0, plain = 0;
    for (int part = 0; part < 4; part++) {
        __m128i t = _mm_loadu_si128((const __m128i *)(text + part * 16));
        __m128i stop = _mm_or_si128(_mm_cmpeq_epi8(t, _mm_set1_epi8('.')), _mm_cmpeq_epi8(t, _mm_set1_epi8('\n')));
        __m128i good = _mm_or_si128(within(t, 'a', 'z'), within(t, '0', '9'));
        good = _mm_or_si128(good, _mm_cmpeq_epi8(t, _mm_set1_epi8('-')));
        good = _mm_or_si128(good, _mm_cmpeq_epi8(t, _mm_set1_epi8('_')));
        good = _mm_or_si128(good, _mm_cmpeq_epi8(t, _mm_set1_epi8('*')));
        cut |= (uint64_t)(uint32_t)_mm_movemask_epi8(stop) << (part * 16);
        plain |= (uint64_t)(uint32_t)_mm_movemask_epi8(good) << (part * 16);
    }
    *separators = cut;
    *odd = ~(cut | plain);
}
#else
static void classify(const uint8_t *text, uint64_t *separators, uint64_t *odd) {
    uint64_t cut = 0, plain = 0;
    for (int i = 0; i < 64; i++) {
        uint8_t c = text[i];
        uint64_t good = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '*';
        cut |= (uint64_t)(c == '.' || c == '\n') << i;
        plain |= good << i;
    }
    *separators = cut;
    *odd = ~(cut | plain);
}
#endif

static void find_bits(const uint8_t *text, size_t length, bits *found) {
    size_t at = 0;
    for (; length - at >= 64; at += 64) classify(text + at, found->separators + at / 64, found->odd + at / 64);
    if (at < length) {
        uint8_t rest[64];
        memset(rest, 'a', sizeof rest);
        memcpy(rest, text + at, length - at);
        classify(rest, found->separators + at / 64, found->odd + at / 64);
    }
}

static int any_odd(const bits *found, size_t from, size_t to) {
    if (from >= to) return 0;
    size_t word = from / 64, last = (to - 1) / 64;
    uint64_t seen = found->odd[word] & (~0ull << from % 64);
    while (word < last) {
        if (seen) return 1;
        seen = found->odd[++word];
    }
    return (seen & (~0ull >> (63 - (to - 1) % 64))) != 0;
}

/* One line of [start, stop), whose labels have been found if it is plain. */
static void one_line(screen *screen, const uint8_t *text, size_t start, size_t stop, const bits *found,
                     span *labels, int count, int fits, int64_t offset) {
    place record = {offset + (int64_t)start, offset + (int64_t)stop};
    size_t last = stop;
    if (last > start && text[last - 1] == '\r') last--;
    if (last == start) {
        screen->out->blank++;
        return;
    }
    screen->out->records++;
    if (last - start > MAX_NAME + 1) {
        screen_record(screen, record);
        return;
    }
    if (last != stop || !fits || any_odd(found, start, last)) {
        screen_name(screen, text + start, (int)(last - start), record);
        return;
    }
    if (labels[count - 1].length == 0) { /* the final dot */
        count--;
        last--;
    }
    int sound = count > 0 && last - start <= MAX_NAME;
    for (int i = 0; i < count; i++) sound &= (unsigned)labels[i].length - 1 < MAX_LABEL;
    if (sound) screen_labels(screen, text + last, labels, count, 0, record, 0);
    else screen_record(screen, record);
}

/* A stretch of whole lines: it ends behind a line feed. */
static void stretch(screen *screen, const uint8_t *text, size_t length, int64_t offset) {
    bits found;
    span labels[MAX_LABELS + 1];
    size_t line = 0, label = 0;
    int count = 0;
    find_bits(text, length, &found);
    for (size_t word = 0; word * 64 < length; word++) {
        uint64_t left = found.separators[word];
        while (left) {
            size_t at = word * 64 + (size_t)__builtin_ctzll(left);
            left &= left - 1;
            if (count < MAX_LABELS + 1) labels[count] = (span){text + label, (int)(at - label)};
            count++;
            label = at + 1;
            if (text[at] != '\n') continue;
            one_line(screen, text, line, at, &found, labels, count, count <= MAX_LABELS, offset);
            line = label;
            count = 0;
        }
    }
}

void screen_lines(screen *screen, const uint8_t *block, size_t length) {
    size_t at = 0;
    while (at < length) {
        size_t size = length - at < STRETCH ? length - at : STRETCH;
        while (size && block[at + size - 1] != '\n') size--;
        if (size) {
            stretch(screen, block + at, size, (int64_t)at);
            at += size;
            continue;
        }
        /* No line ends within a stretch: one long line, or the last one without a line feed. */
        const uint8_t *stop = memchr(block + at, '\n', length - at);
        size_t end = stop ? (size_t)(stop - block) : length, last = end;
        place record = {(int64_t)at, (int64_t)end};
        if (last > at && block[last - 1] == '\r') last--;
        if (last == at) screen->out->blank++;
        else {
            screen->out->records++;
            if (last - at > MAX_NAME + 1) screen_record(screen, record);
            else screen_name(screen, block + at, (int)(last - at), record);
        }
        at = end + 1;
    }
}
