// The form of an Implib.so stub (arch/x86_64/table.S.tpl of that project), written anew: test whether the table's entry is
// there, jump through it.
#ifdef __x86_64__
    .data
    .globl implib_table
    .balign 8
implib_table:
    .quad 0

    .text
    .globl implib_labs
    .balign 16
    .type implib_labs, @function
implib_labs:
    cmpq $0, implib_table(%rip) // resolved?
    je 1f                       // not yet
    jmp *implib_table(%rip)     // the function
1:
    ud2                         // resolving is not measured here
#endif
    .section .note.GNU-stack,"",@progbits
