package io.github.glimpse.answer;

/** Reader of a Python list of calls before {@code <|tool_call_end|>}. */
final class Lfm2Block extends BlockReader {

    static final String OPEN = "<|tool_call_start|>";
    static final String CLOSE = "<|tool_call_end|>";

    private final PythonCalls list = new PythonCalls();
    private boolean hasList;

    Lfm2Block(RequestTools tools, Work work) {
        super(tools, work);
        expect(unit -> {
            Step step = list.take(unit);
            if (step != Step.DONE) {
                return step;
            }
            hasList = true;
            list.calls().forEach(this::add);
            expectLiteral(CLOSE);
            return Step.MORE;
        });
    }

    @Override
    void read(String text) {
        done();
    }

    @Override
    boolean finish() {
        return hasList;
    }
}
