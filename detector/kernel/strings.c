/* Arrow string arrays: an offsets buffer of 32 or 64 bits and a data buffer. */
#include "kernel.h"

static int64_t offset_at(const void *offsets, int wide, size_t index) {
    return wide ? ((const int64_t *)offsets)[index] : ((const int32_t *)offsets)[index];
}

/* Places are indexes; an empty string is handed to Python, which knows of nulls. */
void screen_strings(screen *screen, const uint8_t *data, size_t size, const void *offsets, int wide,
                    size_t first, size_t count) {
    for (size_t i = first; i < first + count; i++) {
        int64_t start = offset_at(offsets, wide, i), stop = offset_at(offsets, wide, i + 1);
        if (start < 0 || stop < start || (uint64_t)stop > size) {
            screen->visit.failed = 1;
            return;
        }
        screen->out->records++;
        place record = {(int64_t)i, (int64_t)i + 1};
        if (stop - start > MAX_NAME + 1 || stop == start) screen_record(screen, record);
        else screen_name(screen, data + start, (int)(stop - start), record);
    }
}
