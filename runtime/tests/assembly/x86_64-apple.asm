call_site:
    pushq %rbp
    movq %rsp, %rbp
    movq IMPORTS(%rip), %rax
    callq *%rax
    movq IMPORTS+64(%rip), %rcx
    movq %rax, %rdi
    callq *%rcx
    incq %rax
    popq %rbp
    retq
stubs:
    leaq IMPORTS(%rip), %r11
    {disp32} jmp trampoline
    leaq IMPORTS+64(%rip), %r11
    {disp32} jmp trampoline
