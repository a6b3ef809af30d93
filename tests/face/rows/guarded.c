#include "guarded.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report.h"

struct guarded guarded_copy(const void *bytes, size_t size)
{
    struct guarded guarded;
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t readable = (size + page - 1) / page * page;
    guarded.mapped = readable + page;
    guarded.pages = mmap(NULL, guarded.mapped, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (guarded.pages == MAP_FAILED ||
        mprotect((char *)guarded.pages + readable, page, PROT_NONE) < 0)
        give_up("no memory");
    guarded.bytes = (unsigned char *)guarded.pages + readable - size;
    if (size > 0)
        memcpy(guarded.bytes, bytes, size);
    return guarded;
}

void guarded_free(struct guarded *guarded)
{
    munmap(guarded->pages, guarded->mapped);
}
