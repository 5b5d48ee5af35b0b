/* An allocator that takes the C library's place: memory that is never used again, with its size before it. It calls imports, also
 * when the dynamic linker calls it, before main. */
#include <errno.h>
#include <pthread.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static char *next, *end, *first_arena;
static size_t freed;

void *memalign(size_t align, size_t size) {
    if (align < 16) align = 16;
    pthread_mutex_lock(&mutex);
    char *place = (char *)(((uintptr_t)next + 16 + align - 1) & -align);
    if (!next || place + size > end) {
        size_t room = size + align + (64 << 20);
        next = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (!first_arena) first_arena = next;
        end = next + room;
        place = (char *)(((uintptr_t)next + 16 + align - 1) & -align);
    }
    ((size_t *)place)[-1] = size;
    next = place + size;
    pthread_mutex_unlock(&mutex);
    return place;
}

size_t malloc_usable_size(void *place) { return place ? ((size_t *)place)[-1] : 0; }
void *malloc(size_t size) { return memalign(16, size); }
void *aligned_alloc(size_t align, size_t size) { return memalign(align, size); }
void *calloc(size_t count, size_t size) { return memset(malloc(count * size), 0, count * size); }

int posix_memalign(void **place, size_t align, size_t size) {
    *place = memalign(align, size);
    return 0;
}

void free(void *place) {
    if (!place) return;
    memset(place, 0xa5, malloc_usable_size(place));
    __atomic_fetch_add(&freed, 1, __ATOMIC_RELAXED);
}

void *realloc(void *place, size_t size) {
    void *larger = malloc(size);
    size_t before = malloc_usable_size(place);
    if (place) memcpy(larger, place, before < size ? before : size);
    free(place);
    return larger;
}

/* Whether memory is of this allocator. */
int is_own(void *place) { return (char *)place >= first_arena && (char *)place < end; }
size_t frees(void) { return freed; }
