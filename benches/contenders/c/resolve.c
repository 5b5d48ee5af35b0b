// Prints the addresses of each name as the example programs do.
#include <arpa/inet.h>
#include <netdb.h>
#include <stdio.h>
#include <string.h>

int main(int argc, char **argv)
{
    int status = 0;
    for (int i = 1; i < argc; i++) {
        struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
        int code = getaddrinfo(argv[i], 0, &hints, &list);
        if (code != 0) {
            fprintf(stderr, "%s: %s\n", argv[i], gai_strerror(code));
            status = 1;
            continue;
        }
        for (struct addrinfo *entry = list; entry; entry = entry->ai_next) {
            char text[INET6_ADDRSTRLEN];
            const void *address = entry->ai_family == AF_INET
                                      ? (const void *)&((struct sockaddr_in *)entry->ai_addr)->sin_addr
                                      : (const void *)&((struct sockaddr_in6 *)entry->ai_addr)->sin6_addr;
            puts(inet_ntop(entry->ai_family, address, text, sizeof text));
        }
        freeaddrinfo(list);
    }
    return status;
}
