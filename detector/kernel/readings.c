/* Readings: what each code point does to the hash of a key. ASCII stands in a flat table; any other
 * code point is asked of Python once, when it is first met, and kept.
 */
#include <stdlib.h>

#include "kernel.h"

#define RADIX 0x100000001b3f7d35ull /* odd: K of the header */
#define START 0x6c62272e07bb0142ull

uint64_t letter_value(uint32_t code_point) {
    return mix(((uint64_t)code_point + 1) * 0x9e3779b97f4a7c15u) | 1;
}

step text_step(const uint32_t *text, int length) {
    step made = {1, 0};
    for (int i = 0; i < length; i++) {
        made.mult *= RADIX;
        made.add = made.add * RADIX + letter_value(text[i]);
    }
    return made;
}

uint64_t ascii_state(const kernel *kernel, const uint8_t *text, int length) {
    uint64_t h = START;
    for (int i = 0; i < length; i++) {
        const step *s = kernel->ascii + (text[i] & 0x7f);
        h = h * s->mult + s->add;
    }
    return h;
}

const reading *reading_of(visit *visit, uint32_t code_point) {
    kernel *kernel = visit->kernel;
    reading **page = __atomic_load_n(&kernel->pages[code_point >> 8], __ATOMIC_ACQUIRE);
    reading *known = page ? __atomic_load_n(&page[code_point & 0xff], __ATOMIC_ACQUIRE) : NULL;
    return known ? known : kernel->resolve(visit, code_point);
}

void readings_free(kernel *kernel) {
    for (int i = 0; i < 0x1100; i++) {
        if (!kernel->pages[i]) continue;
        for (int j = 0; j < 256; j++) free(kernel->pages[i][j]);
        free(kernel->pages[i]);
    }
}
