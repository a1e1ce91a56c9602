/* A wall clock that is beside the true one: for one process, loaded before the C library.
 *
 * The file that GLYPHWATCH_CLOCK names holds nanoseconds (int64) to add to the wall clock, and may be
 * written at any time. Waits until a time of the wall clock are made in slices, so that a jump meets
 * them as it would in the kernel: one back makes them longer. The monotonic clock is left alone.
 * (libfaketime does not know `cnd_timedwait`, which librdkafka waits with.)
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <threads.h>
#include <time.h>
#include <unistd.h>

#define SECOND 1000000000ll
#define SLICE (SECOND / 20)
#define LONG_AGO 1000000000ll /* seconds: a time before is none of the wall clock, but since the start */

static const volatile int64_t *beside;
static int (*true_clock)(clockid_t, struct timespec *);
static int (*true_cnd)(cnd_t *, mtx_t *, const struct timespec *);
static int (*true_cond)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *);

__attribute__((constructor)) static void begin(void) {
    static const int64_t none;
    const char *path = getenv("GLYPHWATCH_CLOCK");
    int file = path ? open(path, O_RDONLY) : -1;
    void *found = file < 0 ? MAP_FAILED : mmap(NULL, sizeof none, PROT_READ, MAP_SHARED, file, 0);
    if (file >= 0) close(file);
    beside = found == MAP_FAILED ? &none : found;
    true_clock = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    true_cnd = (int (*)(cnd_t *, mtx_t *, const struct timespec *))dlsym(RTLD_NEXT, "cnd_timedwait");
    void *cond = dlvsym(RTLD_NEXT, "pthread_cond_timedwait", "GLIBC_2.3.2"); /* not the one of 2.2.5 */
    if (!cond) cond = dlsym(RTLD_NEXT, "pthread_cond_timedwait");
    true_cond = (int (*)(pthread_cond_t *, pthread_mutex_t *, const struct timespec *))cond;
}

static int64_t nanoseconds(const struct timespec *at) { return at->tv_sec * SECOND + at->tv_nsec; }

static struct timespec timespec_of(int64_t at) { return (struct timespec){at / SECOND, at % SECOND}; }

int clock_gettime(clockid_t id, struct timespec *at) {
    if (!beside) begin();
    int failed = true_clock(id, at);
    if (!failed && (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE)) *at = timespec_of(nanoseconds(at) + *beside);
    return failed;
}

int timespec_get(struct timespec *at, int base) { return clock_gettime(CLOCK_REALTIME, at) ? 0 : base; }

int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    if (clock_gettime(CLOCK_REALTIME, &now)) return -1;
    *at = (struct timeval){now.tv_sec, now.tv_nsec / 1000};
    return 0;
}

time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}

/* The end of the next slice of a wait, by the true clock; 1 if the wait ends with it. */
static int slice(const struct timespec *until, struct timespec *end) {
    struct timespec now;
    true_clock(CLOCK_REALTIME, &now);
    int64_t wanted = nanoseconds(until) - *beside, next = nanoseconds(&now) + SLICE;
    *end = timespec_of(wanted < next ? wanted : next);
    return wanted < next;
}

int cnd_timedwait(cnd_t *restrict cond, mtx_t *restrict mutex, const struct timespec *restrict until) {
    struct timespec end;
    int last = slice(until, &end), result = true_cnd(cond, mutex, &end);
    return result == thrd_timedout && !last ? thrd_success : result; /* woken for nothing, as may be */
}

int pthread_cond_timedwait(pthread_cond_t *restrict cond, pthread_mutex_t *restrict mutex,
                           const struct timespec *restrict until) {
    struct timespec end;
    if (until->tv_sec < LONG_AGO) return true_cond(cond, mutex, until);
    int last = slice(until, &end), result = true_cond(cond, mutex, &end);
    return result == ETIMEDOUT && !last ? 0 : result;
}
