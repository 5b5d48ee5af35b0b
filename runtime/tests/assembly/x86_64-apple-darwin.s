call:
    pushq %rbp
    movq %rsp, %rbp
    movq IMPORT(%rip), %rax
    popq %rbp
    jmpq *%rax
call_variadic:
    pushq %rbp
    movq %rsp, %rbp
    movsd LCPI1_0(%rip), %xmm0
    movb $1, %al
    popq %rbp
    jmp variadic
bind:
    leaq IMPORT(%rip), %r11
    jmp trampoline
variadic:
    jmpq *IMPORT(%rip)
