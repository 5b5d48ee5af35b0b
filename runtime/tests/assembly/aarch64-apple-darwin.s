call:
    adrp x8, IMPORT@PAGE
    add x8, x8, IMPORT@PAGEOFF
    ldapr x1, [x8]
    br x1
call_variadic:
    sub sp, sp, #32
    stp x29, x30, [sp, #16]
    add x29, sp, #16
    mov x8, #4609434218613702656
    str x8, [sp]
    bl variadic
    ldp x29, x30, [sp, #16]
    add sp, sp, #32
    ret
bind:
    hint #34
    adrp x9, IMPORT@PAGE
    add x9, x9, IMPORT@PAGEOFF
    b trampoline
variadic:
    hint #34
    adrp x16, IMPORT@PAGE
    add x16, x16, IMPORT@PAGEOFF
    ldar x16, [x16]
    br x16
