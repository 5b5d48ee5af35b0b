/* A dlsym that comes before the libc's. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <string.h>

void *dlsym(void *library, const char *name)
{
	static void *(*next)(void *, const char *);
	if (!next)
		next = dlvsym(RTLD_NEXT, "dlsym", VERSION);
	return next(library, strcmp(name, "many_149") == 0 ? "many_000" : name);
}
