// throng_preempt_slow_saved: the slow path for code that was compiled as if nothing were called there. Called
// by what the plugin for g++ inserted, on any thread, with any alignment of the stack.
//
// 1. Every register is as before: general, x87, SSE, AVX, AVX-512 with its masks. The flags are not, and
// tiles (AMX) and
//    protection keys are not saved: they are large, or not a process's own.
// 2. At most 2,688 bytes for vector state, 64 for alignment and about 150 for the rest lie on the stack while
// the
//    C++ function runs.
// 3. Unwinding and backtraces go through: the frame pointer is the frame of both.
//
// What the processor can save is asked once, and kept; two threads that ask at the same time get the same
// answer. XSAVEC writes what is in use, XSAVE is for machines without (valgrind's is one), FXSAVE for those
// without either. This file must not take part in link-time optimization: nobody would see that it defines
// the names.
#if defined(__x86_64__)

// The state kept in throng_preempt_save_plan: 0 unknown, else mask of state components << 16 | bytes of the
// area | kind, where kind is 1 FXSAVE, 2 XSAVE, 3 XSAVEC, and bytes are a multiple of 64.
// Hidden and not local, so that a test can choose.
asm(R"(
        .hidden throng_preempt_save_plan
        .comm   throng_preempt_save_plan,4,4

        .pushsection .text
        .p2align 4
        .type   throng_preempt_plan, @function
throng_preempt_plan:                    # result in eax; destroys rbx, rcx, rdx, rsi, rdi
        .cfi_startproc
        movl    $(3 << 16) + 512 + 1, %edi
        movl    $1, %eax
        xorl    %ecx, %ecx
        cpuid
        btl     $27, %ecx               # the system has enabled XSAVE
        jnc     1f
        xorl    %ecx, %ecx
        xgetbv
        andl    $0xe7, %eax             # x87, SSE, AVX, three of AVX-512
        movl    %eax, %esi
        movl    $0xd, %eax
        movl    $1, %ecx
        cpuid
        movl    %esi, %edi
        shll    $16, %edi
        testl   $0xe0, %esi
        jnz     2f
        addl    $832, %edi              # 512 + 64 + 256 of AVX
        jmp     3f
2:      addl    $2688, %edi             # where the last component ends in the uncompacted form
3:      addl    $2, %edi
        btl     $1, %eax
        adcl    $0, %edi
1:      movl    %edi, %eax
        movl    %eax, throng_preempt_save_plan(%rip)
        ret
        .cfi_endproc
        .size   throng_preempt_plan, .-throng_preempt_plan

        .globl  throng_preempt_slow_saved
        .type   throng_preempt_slow_saved, @function
        .p2align 4
throng_preempt_slow_saved:
        .cfi_startproc
        endbr64
        pushq   %rbp
        .cfi_def_cfa_offset 16
        .cfi_offset %rbp, -16
        movq    %rsp, %rbp
        .cfi_def_cfa_register %rbp
        pushq   %rax
        pushq   %rcx
        pushq   %rdx
        pushq   %rbx
        .cfi_offset %rbx, -48
        pushq   %rsi
        pushq   %rdi
        pushq   %r8
        pushq   %r9
        pushq   %r10
        pushq   %r11
        pushq   %r12                    # kept by the C++ function, used here
        .cfi_offset %r12, -104
        pushq   %r13
        .cfi_offset %r13, -112
        cld
        movl    throng_preempt_save_plan(%rip), %eax
        testl   %eax, %eax
        jnz     1f
        call    throng_preempt_plan
1:      movl    %eax, %r12d
        movl    %eax, %ecx
        andl    $0xffc0, %ecx
        subq    %rcx, %rsp
        andq    $-64, %rsp
        movl    %r12d, %eax
        shrl    $16, %eax               # the mask of components, for all four instructions below
        movl    %eax, %r13d
        xorl    %edx, %edx
        movl    %r12d, %ecx
        andl    $3, %ecx
        cmpl    $2, %ecx
        jb      4f
        movq    %rdx, 512(%rsp)         # the header, which the instructions want clean
        movq    %rdx, 520(%rsp)
        movq    %rdx, 528(%rsp)
        movq    %rdx, 536(%rsp)
        movq    %rdx, 544(%rsp)
        movq    %rdx, 552(%rsp)
        movq    %rdx, 560(%rsp)
        movq    %rdx, 568(%rsp)
        je      3f
        xsavec64 (%rsp)
        jmp     2f
3:      xsave64 (%rsp)
2:      testb   $4, %r13b
        jz      8f
        vzeroupper                      # what follows was compiled for SSE
8:      testb   $1, 512(%rsp)
        jz      5f
        jmp     9f
4:      fxsave64 (%rsp)
9:      fninit                          # the C++ function wants an empty x87 stack
5:      call    throng_preempt_slow@PLT
        movl    %r13d, %eax
        xorl    %edx, %edx
        testb   $2, %r12b
        jz      6f
        xrstor64 (%rsp)
        jmp     7f
6:      fxrstor64 (%rsp)
7:      leaq    -96(%rbp), %rsp
        popq    %r13
        popq    %r12
        popq    %r11
        popq    %r10
        popq    %r9
        popq    %r8
        popq    %rdi
        popq    %rsi
        popq    %rbx
        popq    %rdx
        popq    %rcx
        popq    %rax
        popq    %rbp
        .cfi_def_cfa %rsp, 8
        ret
        .cfi_endproc
        .size   throng_preempt_slow_saved, .-throng_preempt_slow_saved
        .popsection
)");

#endif
