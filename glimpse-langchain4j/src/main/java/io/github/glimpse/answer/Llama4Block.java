package io.github.glimpse.answer;

import java.util.List;

/**
 * Reader of an answer of Llama 4 that is calls as a whole: alone, after {@code <|python_start|>TEXT<|python_end|>},
 * or between
 * the two marks.
 */
final class Llama4Block extends BlockReader {

    static final String START = "<|python_start|>";
    static final String END = "<|python_end|>";

    private static final LiteralSearch ENDS = new LiteralSearch(List.of(END));

    private final StringBuilder inner = new StringBuilder();
    private final Llama4Calls innerCalls = new Llama4Calls();
    private final Llama4Calls outerCalls = new Llama4Calls();
    private boolean hasStart;
    private boolean hasEnd;
    private int ends;

    Llama4Block(RequestTools tools, Work work) {
        super(tools, work);
        expect(unit -> {
            if (Blanks.isBlank(unit)) {
                return Step.MORE;
            }
            if (unit == '<') {
                expectLiteral(START);
            } else {
                expect(this::outer);
            }
            return Step.BEFORE;
        });
    }

    @Override
    void read(String text) {
        hasStart = true;
        expect(this::inner);
    }

    private Step inner(char unit) {
        work().examine(1);
        String tail = ENDS.tail(ends);
        ends = ENDS.step(ends, unit);
        int released = tail.length() + 1 - ENDS.held(ends);
        for (int index = 0; index < released; index++) {
            char next = index < tail.length() ? tail.charAt(index) : unit;
            inner.append(next);
            innerCalls.take(next);
        }
        if (ENDS.match(ends) >= 0) {
            hasEnd = true;
            expect(this::outer);
        }
        return Step.MORE;
    }

    private Step outer(char unit) {
        outerCalls.take(unit);
        return outerCalls.isFailed() ? Step.FAIL : Step.MORE;
    }

    /** The calls stand between the marks, and nothing after them. */
    private boolean isInner() {
        return hasStart && !outerCalls.isStarted();
    }

    @Override
    boolean finish() {
        Llama4Calls found = isInner() ? innerCalls : outerCalls;
        found.calls().forEach(this::add);
        return found.isComplete();
    }

    @Override
    String text() {
        return isInner() ? "" : inner.toString();
    }

    @Override
    String textIfCut(String raw) {
        if (!hasStart) {
            return raw;
        }
        boolean mayBeCalls = hasEnd ? isInner() && innerCalls.isComplete() : !innerCalls.isFailed();
        return mayBeCalls ? "" : inner.toString();
    }
}
