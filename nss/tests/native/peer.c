// What the host's own libc answers. Each line of input is one call, its fields separated by tabs; the line of output that
// answers it is as nss/src/native/tests/differential/call.rs writes its own.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *text(char *field) { return *field == '=' ? field + 1 : NULL; }

static void addresses(char **field) {
    struct addrinfo hints = {.ai_flags = atoi(field[2]), .ai_family = atoi(field[3]), .ai_socktype = atoi(field[4]),
                             .ai_protocol = atoi(field[5])};
    struct addrinfo *list = NULL;
    int code = getaddrinfo(text(field[0]), text(field[1]), &hints, &list);
    if (code != 0) {
        printf("code %d errno %d\n", code, code == EAI_SYSTEM ? errno : 0);
        return;
    }
    printf("name %s", list->ai_canonname ? list->ai_canonname : "-");
    for (struct addrinfo *one = list; one; one = one->ai_next) {
        char address[INET6_ADDRSTRLEN];
        unsigned port, scope = 0;
        if (one->ai_family == AF_INET) {
            struct sockaddr_in *in = (void *)one->ai_addr;
            inet_ntop(AF_INET, &in->sin_addr, address, sizeof address);
            port = ntohs(in->sin_port);
        } else {
            struct sockaddr_in6 *in6 = (void *)one->ai_addr;
            inet_ntop(AF_INET6, &in6->sin6_addr, address, sizeof address);
            port = ntohs(in6->sin6_port);
            scope = in6->sin6_scope_id;
        }
        printf(", %s %u %u %d %d", address, scope, port, one->ai_socktype, one->ai_protocol);
    }
    printf("\n");
    freeaddrinfo(list);
}

static void names(char **field) {
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_port = htons(atoi(field[1])), .sin6_scope_id = atoi(field[2])};
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = htons(atoi(field[1]))};
    int is_v6 = inet_pton(AF_INET6, field[0], &in6.sin6_addr) == 1;
    inet_pton(AF_INET, field[0], &in.sin_addr);
    char host[NI_MAXHOST], service[NI_MAXSERV];
    int code = is_v6 ? getnameinfo((void *)&in6, sizeof in6, host, sizeof host, service, sizeof service, atoi(field[3]))
                     : getnameinfo((void *)&in, sizeof in, host, sizeof host, service, sizeof service, atoi(field[3]));
    if (code != 0)
        printf("code %d errno %d\n", code, code == EAI_SYSTEM ? errno : 0);
    else
        printf("host %s service %s\n", host, service);
}

int main(void) {
    static char line[8192];
    while (fgets(line, sizeof line, stdin)) {
        char *field[7] = {0}, *rest = line;
        line[strcspn(line, "\n")] = 0;
        for (int i = 0; i < 7 && rest; i++)
            field[i] = strsep(&rest, "\t");
        if (strcmp(field[0], "addresses") == 0)
            addresses(field + 1);
        else
            names(field + 1);
        fflush(stdout);
    }
    return 0;
}
