/* Alignment of two ASCII labels: is there any way through, by rows of the map? */
#include "kernel.h"

static int may_fold(const kernel *kernel, uint8_t letter, uint8_t wanted) {
    for (const uint8_t *other = kernel->folds[letter]; *other; other++)
        if (*other == wanted) return 1;
    return 0;
}

/* Inside a pair a digit may stand for its letter, c1 for cl; a letter of a class may not. */
static int spells(const kernel *kernel, uint8_t letter, uint8_t wanted) {
    return letter == wanted || (letter >= '0' && letter <= '9' && may_fold(kernel, letter, wanted));
}

/* Places of the target that can be reached from a set of them by one letter of the name, or by two. */
static void advance(const kernel *kernel, const uint8_t *name, int left, const uint8_t *target,
                    int target_length, uint64_t places, uint64_t *next, uint64_t *after) {
    while (places) {
        int at = __builtin_ctzll(places);
        places &= places - 1;
        if (at >= target_length) continue;
        if (may_fold(kernel, name[0], target[at])) *next |= 1ull << (at + 1);
        for (int i = 0; i < kernel->row_count; i++) {
            const uint8_t *row = kernel->rows[i];
            if (name[0] == row[2] && at + 1 < target_length && target[at] == row[0] && target[at + 1] == row[1])
                *next |= 1ull << (at + 2);
            if (left > 1 && target[at] == row[2] && spells(kernel, name[0], row[0]) &&
                spells(kernel, name[1], row[1]))
                *after |= 1ull << (at + 1);
        }
    }
}

int can_align(const kernel *kernel, const uint8_t *name, int length, const uint8_t *target, int target_length) {
    uint64_t here = 1, next = 0, after = 0;
    if (length > MAX_LABEL || target_length > MAX_LABEL) return 1;
    for (int at = 0; at < length; at++) {
        if (name[at] >= 0x80) return 1;
        advance(kernel, name + at, length - at, target, target_length, here, &next, &after);
        here = next;
        next = after;
        after = 0;
        if (!here && !next) return 0;
    }
    return (int)(here >> target_length & 1);
}
