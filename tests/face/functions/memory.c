/* WlanAllocateMemory, WlanFreeMemory: pages nf-wlanapi-wlanallocatememory, -wlanfreememory. */
#include <stdint.h>
#include <string.h>

#include "client.h"
#include "report.h"

int main(void)
{
    HOLDS("nothing cannot be had", WlanAllocateMemory(0) == NULL);
    WlanFreeMemory(NULL);
    report_ok("freeing NULL is harmless", "");
    for (DWORD size = 1; size <= 1 << 20; size = size * 3 + 1) {
        unsigned char *memory = WlanAllocateMemory(size);
        HOLDS("memory can be had", memory != NULL);
        HOLDS("it is aligned for anything", (uintptr_t)memory % _Alignof(max_align_t) == 0);
        memset(memory, 0xa5, size);
        HOLDS("all of it is ours", memory[0] == 0xa5 && memory[size - 1] == 0xa5);
        WlanFreeMemory(memory);
    }
    return report_status();
}
