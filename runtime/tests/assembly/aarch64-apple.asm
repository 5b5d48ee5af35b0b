call_site:
    stp x20, x19, [sp, #-32]!
    stp x29, x30, [sp, #16]
    add x29, sp, #16
    adrp x19, IMPORTS@PAGE
    add x19, x19, IMPORTS@PAGEOFF
    ldapr x8, [x19]
    blr x8
    ldapur x8, [x19, #64]
    blr x8
    add x0, x0, #1
    ldp x29, x30, [sp, #16]
    ldp x20, x19, [sp], #32
    ret
stubs:
    bti c
    adrp x9, IMPORTS@PAGE+0
    add x9, x9, IMPORTS@PAGEOFF+0
    b trampoline
    bti c
    adrp x9, IMPORTS@PAGE+64
    add x9, x9, IMPORTS@PAGEOFF+64
    b trampoline
