/*
 * libnss_importtest.so.2: an NSS module that proves that the host's own NSS is asked, since nothing else knows its names.
 *
 *   hosts: frommodule.test  -> 192.0.2.99, frommodule6.test -> 2001:db8::99
 *   users: moduleuser       -> uid 4242, gid 4242;  groups: modulegroup -> gid 4242, member moduleuser
 *
 * It calls no function and needs no library, so that one file loads on every glibc.
 */
#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <nss.h>
#include <pwd.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#define ID 4242

static const unsigned char address4[4] = {192, 0, 2, 99};
static const unsigned char address6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 0x99};

/* What is left of the caller's buffer; nothing, once something did not fit. */
struct room {
    char *next;
    size_t left;
};

static int same(const char *a, const char *b)
{
    while (*a && *a == *b)
        a++, b++;
    return *a == *b;
}

static void *take(struct room *room, const void *from, size_t size, size_t align)
{
    size_t skip = -(uintptr_t)room->next & (align - 1);
    if (room->left < skip || room->left - skip < size) {
        room->left = 0;
        return NULL;
    }
    char *to = room->next + skip;
    room->next = to + size;
    room->left -= skip + size;
    for (size_t i = 0; i < size; i++)
        to[i] = from ? ((const char *)from)[i] : 0;
    return to;
}

static char *text(struct room *room, const char *s)
{
    size_t size = 1;
    while (s[size - 1])
        size++;
    return take(room, s, size, 1);
}

/* A NULL-terminated array of pointers: `first` alone, or empty. */
static char **list(struct room *room, void *first)
{
    char **pointers = take(room, NULL, 2 * sizeof(char *), sizeof(char *));
    if (pointers)
        pointers[0] = first;
    return pointers;
}

static enum nss_status full(int *errnop)
{
    *errnop = ERANGE;
    return NSS_STATUS_TRYAGAIN;
}

static enum nss_status unknown(int *errnop)
{
    *errnop = ENOENT;
    return NSS_STATUS_NOTFOUND;
}

/* The address of a name of that family, or NULL. */
static const unsigned char *lookup(const char *name, int family)
{
    if (family == AF_INET && same(name, "frommodule.test"))
        return address4;
    if (family == AF_INET6 && same(name, "frommodule6.test"))
        return address6;
    return NULL;
}

enum nss_status _nss_importtest_gethostbyname3_r(const char *name, int family, struct hostent *host, char *buffer,
                                                 size_t size, int *errnop, int *h_errnop, int32_t *ttl, char **canonical)
{
    struct room room = {buffer, size};
    const unsigned char *address = lookup(name, family);
    if (!address) {
        *h_errnop = HOST_NOT_FOUND;
        return unknown(errnop);
    }
    host->h_addrtype = family;
    host->h_length = family == AF_INET ? sizeof address4 : sizeof address6;
    host->h_name = text(&room, name);
    host->h_aliases = list(&room, NULL);
    host->h_addr_list = list(&room, take(&room, address, host->h_length, 8));
    if (!host->h_addr_list) {
        *h_errnop = NETDB_INTERNAL;
        return full(errnop);
    }
    if (ttl)
        *ttl = 0;
    if (canonical)
        *canonical = host->h_name;
    return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_importtest_gethostbyname2_r(const char *name, int family, struct hostent *host, char *buffer,
                                                 size_t size, int *errnop, int *h_errnop)
{
    return _nss_importtest_gethostbyname3_r(name, family, host, buffer, size, errnop, h_errnop, NULL, NULL);
}

enum nss_status _nss_importtest_gethostbyname_r(const char *name, struct hostent *host, char *buffer, size_t size,
                                                int *errnop, int *h_errnop)
{
    return _nss_importtest_gethostbyname3_r(name, AF_INET, host, buffer, size, errnop, h_errnop, NULL, NULL);
}

enum nss_status _nss_importtest_gethostbyname4_r(const char *name, struct gaih_addrtuple **tuple, char *buffer,
                                                 size_t size, int *errnop, int *h_errnop, int32_t *ttl)
{
    struct room room = {buffer, size};
    int family = AF_INET;
    const unsigned char *address = lookup(name, family);
    if (!address)
        address = lookup(name, family = AF_INET6);
    if (!address) {
        *h_errnop = HOST_NOT_FOUND;
        return unknown(errnop);
    }
    struct gaih_addrtuple *answer = *tuple;
    if (!answer)
        answer = take(&room, NULL, sizeof *answer, _Alignof(struct gaih_addrtuple));
    char *copy = text(&room, name);
    if (!copy) {
        *h_errnop = NETDB_INTERNAL;
        return full(errnop);
    }
    answer->next = NULL;
    answer->name = copy;
    answer->family = family;
    answer->scopeid = 0;
    for (size_t i = 0; i < (family == AF_INET ? sizeof address4 : sizeof address6); i++)
        ((unsigned char *)answer->addr)[i] = address[i];
    *tuple = answer;
    if (ttl)
        *ttl = 0;
    return NSS_STATUS_SUCCESS;
}

static enum nss_status user(struct passwd *pw, char *buffer, size_t size, int *errnop)
{
    struct room room = {buffer, size};
    pw->pw_name = text(&room, "moduleuser");
    pw->pw_passwd = text(&room, "x");
    pw->pw_uid = ID;
    pw->pw_gid = ID;
    pw->pw_gecos = text(&room, "of the module");
    pw->pw_dir = text(&room, "/home/moduleuser");
    pw->pw_shell = text(&room, "/bin/sh");
    return pw->pw_shell ? NSS_STATUS_SUCCESS : full(errnop);
}

enum nss_status _nss_importtest_getpwnam_r(const char *name, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
    return same(name, "moduleuser") ? user(pw, buffer, size, errnop) : unknown(errnop);
}

enum nss_status _nss_importtest_getpwuid_r(uid_t uid, struct passwd *pw, char *buffer, size_t size, int *errnop)
{
    return uid == ID ? user(pw, buffer, size, errnop) : unknown(errnop);
}

static enum nss_status group(struct group *gr, char *buffer, size_t size, int *errnop)
{
    struct room room = {buffer, size};
    gr->gr_name = text(&room, "modulegroup");
    gr->gr_passwd = text(&room, "x");
    gr->gr_gid = ID;
    gr->gr_mem = list(&room, text(&room, "moduleuser"));
    return gr->gr_mem ? NSS_STATUS_SUCCESS : full(errnop);
}

enum nss_status _nss_importtest_getgrnam_r(const char *name, struct group *gr, char *buffer, size_t size, int *errnop)
{
    return same(name, "modulegroup") ? group(gr, buffer, size, errnop) : unknown(errnop);
}

enum nss_status _nss_importtest_getgrgid_r(gid_t gid, struct group *gr, char *buffer, size_t size, int *errnop)
{
    return gid == ID ? group(gr, buffer, size, errnop) : unknown(errnop);
}
