/* dnstap in Frame Streams: frames, the protobuf message in each, the DNS messages in that (RFC 1035,
 * 4), the names in those. What is odd in any way is left to Python, which reads it again and says why.
 */
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

#define LARGEST_FRAME (1u << 20)
#define LARGEST_CONTROL 512u
#define MOST_POINTERS 128 /* of a name, as pipeline.formats.dns_wire */
#define MOST_TEXT 32768 /* octets of the names of a frame that is read here */
#define ROOM (16 * MOST_TEXT)

static const char content_type[] = "protobuf:dnstap.Dnstap";

static uint32_t number4(const uint8_t *at) {
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static int number2(const uint8_t *at) { return at[0] << 8 | at[1]; }

/* Tells whether a START frame names another content type; other control frames say nothing. */
static int is_other_content(const uint8_t *frame, uint32_t size) {
    size_t wanted = sizeof content_type - 1;
    if (size <= 4 || number4(frame) != 2) return 0;
    for (uint32_t at = 4; at + wanted <= size; at++)
        if (!memcmp(frame + at, content_type, wanted)) return 0;
    return 1;
}

size_t frames_whole(const uint8_t *block, size_t length, int *wrong) {
    size_t at = 0;
    *wrong = 0;
    while (length - at >= 4) {
        size_t begin = at + 4;
        uint32_t size = number4(block + at), is_control = !size;
        if (is_control) {
            if (length - begin < 4) break;
            size = number4(block + begin);
            begin += 4;
        }
        if (size > (is_control ? LARGEST_CONTROL : LARGEST_FRAME)) {
            *wrong = FRAME_TOO_LARGE;
            break;
        }
        if (length - begin < size) break;
        if (is_control && is_other_content(block + begin, size)) {
            *wrong = FRAME_OF_OTHERS;
            break;
        }
        at = begin + size;
    }
    return at;
}

/* Reads a varint of protobuf; 0 if it does not end. */
static int varint(const uint8_t **at, const uint8_t *end, uint64_t *value) {
    *value = 0;
    for (int shift = 0; *at < end && shift < 63; shift += 7) {
        uint8_t octet = *(*at)++;
        *value |= (uint64_t)(octet & 0x7f) << shift;
        if (octet < 0x80) return 1;
    }
    return 0;
}

/* Finds two fields of octets in a protobuf message; 0 if it is none, or has one of them twice. */
static int find_fields(span message, uint64_t first, span *first_text, uint64_t second, span *second_text) {
    const uint8_t *at = message.start, *end = at + message.length;
    uint64_t key, size;
    while (at < end) {
        if (!varint(&at, end, &key)) return 0;
        span *wanted = key >> 3 == first ? first_text : key >> 3 == second ? second_text : NULL;
        switch (key & 7) {
        case 0:
            if (wanted || !varint(&at, end, &size)) return 0;
            continue;
        case 1: size = 8; break;
        case 5: size = 4; break;
        case 2:
            if (!varint(&at, end, &size)) return 0;
            break;
        default: return 0;
        }
        if (size > (uint64_t)(end - at) || (wanted && (wanted->start || (key & 7) != 2))) return 0;
        if (wanted) *wanted = (span){at, (int)size};
        at += size;
    }
    return 1;
}

typedef struct {
    screen *screen;
    place record;
    uint8_t *text; /* where names are put, in small letters */
    int used, names;
} reader;

/* An octet that stands for itself in presentation form, in small letters; 0 if it needs an escape. */
static uint8_t presented(uint8_t octet) {
    if (octet >= 'A' && octet <= 'Z') return octet + 32;
    return octet > ' ' && octet < 0x7f && !memchr(".\\\"();@$", octet, 8) ? octet : 0;
}

/* Reads a name, and says where it ends. Gives the length of its text, or -1. */
static int read_name(span wire, int place, int *end, uint8_t *out) {
    int floor = place, size = 1, used = 0, pointers = 0;
    *end = -1;
    for (;;) {
        if (place >= wire.length) return -1;
        int length = wire.start[place];
        if (length >= 0xc0) { /* a pointer (4.1.4), which must lead backwards */
            if (place + 2 > wire.length) return -1;
            if (*end < 0) *end = place + 2;
            place = number2(wire.start + place) & 0x3fff;
            if (place >= floor || ++pointers > MOST_POINTERS) return -1;
            floor = place;
            continue;
        }
        place++;
        if (length >= 0x40) return -1;
        if (!length) break;
        size += length + 1;
        if (size > 255 || place + length > wire.length) return -1;
        for (int i = 0; out && i < length; i++)
            if (!(out[used++] = presented(wire.start[place + i]))) return -1;
        if (out) out[used++] = '.';
        place += length;
    }
    if (*end < 0) *end = place;
    return used;
}

/* Reads a name for the screen; NULL if Python must look at it. */
static span next_name(reader *in, span wire, int place, int *end) {
    if (in->used + 256 > MOST_TEXT) return (span){NULL, 0};
    uint8_t *out = in->text + in->used;
    int length = read_name(wire, place, end, out);
    if (length < 2) return (span){NULL, 0}; /* the root among them */
    in->used += length;
    in->names++;
    return (span){out, length - 1};
}

static int read_record(reader *in, span wire, int *place) {
    int owner_end, name_end;
    if (read_name(wire, *place, &owner_end, NULL) < 0 || owner_end + 10 > wire.length) return 0;
    int kind = number2(wire.start + owner_end), begin = owner_end + 10;
    int end = begin + number2(wire.start + owner_end + 8);
    if (end > wire.length) return 0;
    *place = end;
    int points = kind == 2 || kind == 5 || kind == 12 || kind == 15 || kind == 33 || kind == 39;
    if (!points) return 1; /* not NS, CNAME, PTR, MX, SRV, DNAME */
    int at = begin + (kind == 33 ? 6 : kind == 15 ? 2 : 0);
    if (at > end) return 0;
    span name = next_name(in, wire, at, &name_end);
    return name.start && name_end <= end && screen_rdata(in->screen, name, in->record);
}

/* A DNS message: the names asked for, and those that records point at. */
static int read_dns(reader *in, span wire) {
    if (wire.length < 12) return 0;
    int place = 12;
    for (int left = number2(wire.start + 4); left; left--) {
        span name = next_name(in, wire, place, &place);
        if (!name.start || place + 4 > wire.length) return 0;
        screen_name(in->screen, name.start, name.length, in->record);
        place += 4;
    }
    int records = number2(wire.start + 6) + number2(wire.start + 8) + number2(wire.start + 10);
    for (; records; records--)
        if (!read_record(in, wire, &place)) return 0;
    return 1;
}

static int read_frame(reader *in, span frame) {
    span message = {NULL, 0}, ignored = {NULL, 0}, query = {NULL, 0}, response = {NULL, 0};
    if (!find_fields(frame, 14, &message, 0, &ignored) || !message.start) return 0;
    if (!find_fields(message, 10, &query, 14, &response)) return 0;
    if ((query.start && !read_dns(in, query)) || (response.start && !read_dns(in, response))) return 0;
    return in->names > 0;
}

void screen_frames(screen *screen, const uint8_t *block, size_t length) {
    const uint8_t *limit = screen->limit;
    uint8_t *room = malloc(ROOM + 8);
    if (!room) {
        screen->out->failed = 1;
        return;
    }
    screen->limit = room + ROOM + 8;
    size_t used = 0;
    for (size_t at = 0; length - at >= 4;) {
        uint32_t size = number4(block + at);
        size_t begin = at + (size ? 4 : 8);
        if (begin > length) break;
        size_t whole = size ? size : number4(block + at + 4);
        if (length - begin < whole) break;
        if (size) {
            if (used > ROOM - MOST_TEXT) { /* what is still looked at lies in it */
                screen_end(screen);
                used = 0;
            }
            reader in = {screen, {(int64_t)at, (int64_t)(begin + size)}, room + used, 0, 0};
            screen->out->records++;
            if (!read_frame(&in, (span){block + begin, (int)size})) screen_record(screen, in.record);
            used += (size_t)in.used;
        }
        at = begin + whole;
    }
    screen_end(screen);
    screen->limit = limit;
    free(room);
}
