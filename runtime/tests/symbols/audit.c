/* An auditor: of what dlsym gives, it puts one function in the place of another. */
#define _GNU_SOURCE
#include <link.h>
#include <string.h>

static uintptr_t instead;

unsigned int la_version(unsigned int version) { return version; }
unsigned int la_objopen(struct link_map *map, Lmid_t namespace, uintptr_t *cookie)
{
	(void)map, (void)namespace, (void)cookie;
	return LA_FLG_BINDTO | LA_FLG_BINDFROM;
}
uintptr_t la_symbind64(Elf64_Sym *symbol, unsigned int index, uintptr_t *from, uintptr_t *to, unsigned int *flags,
		       const char *name)
{
	(void)index, (void)from, (void)to, (void)flags;
	if (strcmp(name, "many_000") == 0)
		instead = symbol->st_value;
	return strcmp(name, "many_149") == 0 && instead ? instead : symbol->st_value;
}
