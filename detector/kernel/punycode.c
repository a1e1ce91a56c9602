/* Punycode, RFC 3492 sections 5 and 6.2, for one label of at most 63 octets. */
#include "kernel.h"

enum { BASE = 36, TMIN = 1, TMAX = 26, SKEW = 38, DAMP = 700, FIRST_BIAS = 72, FIRST_POINT = 128 };

static int digit_of(uint8_t c) {
    if (c >= 'a' && c <= 'z') return c - 'a';
    if (c >= 'A' && c <= 'Z') return c - 'A';
    if (c >= '0' && c <= '9') return c - '0' + 26;
    return -1;
}

static uint32_t adapt(uint64_t delta, uint32_t points, int first) {
    uint32_t k = 0;
    delta = first ? delta / DAMP : delta / 2;
    delta += delta / points;
    while (delta > ((BASE - TMIN) * TMAX) / 2) {
        delta /= BASE - TMIN;
        k += BASE;
    }
    return (uint32_t)(k + (BASE - TMIN + 1) * delta / (delta + SKEW));
}

int punycode_decode(const uint8_t *text, int length, uint32_t *out, int room) {
    int basic = 0, used = 0;
    if (length <= 0 || length > MAX_LABEL) return -1;
    for (int i = length - 1; i > 0 && !basic; i--)
        if (text[i] == '-') basic = i; /* a hyphen in the first place separates nothing */
    for (int i = 0; i < basic; i++) {
        if (text[i] >= 0x80 || used >= room) return -1;
        out[used++] = text[i] >= 'A' && text[i] <= 'Z' ? text[i] + 32u : text[i];
    }
    int at = basic ? basic + 1 : 0;
    uint64_t point = FIRST_POINT, index = 0;
    uint32_t bias = FIRST_BIAS;
    while (at < length) {
        uint64_t before = index, weight = 1;
        for (uint32_t k = BASE;; k += BASE) {
            int digit = at < length ? digit_of(text[at++]) : -1;
            if (digit < 0) return -1;
            index += (uint64_t)digit * weight;
            if (index > 0xffffffffull) return -1; /* far beyond U+10FFFF times 63 places */
            uint32_t limit = k <= bias ? TMIN : k >= bias + TMAX ? TMAX : k - bias;
            if ((uint32_t)digit < limit) break;
            weight *= BASE - limit;
            if (weight > 0xffffffffull) weight = 0x100000000ull; /* any further digit but 0 fails */
        }
        bias = adapt(index - before, (uint32_t)used + 1, before == 0);
        point += index / ((uint64_t)used + 1);
        index %= (uint64_t)used + 1;
        if (point > 0x10ffff || (point >= 0xd800 && point < 0xe000) || used >= room) return -1;
        for (int i = used; i > (int)index; i--) out[i] = out[i - 1];
        out[index++] = (uint32_t)point;
        used++;
    }
    return used;
}
