// A C program that makes one call and ends.
#include <stdlib.h>

int main(int argc, char **argv)
{
    (void)argv;
    return (int)labs(argc) - argc;
}
