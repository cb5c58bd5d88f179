package io.github.glimpse.answer;

/** Reader of a Python list of calls before {@code <|tool_call_end|>}. */
final class Lfm2Block extends PythonListBlock {

    static final String OPEN = "<|tool_call_start|>";
    static final String CLOSE = "<|tool_call_end|>";

    Lfm2Block(RequestTools tools, Work work) {
        super(tools, work);
    }

    @Override
    void expectClose() {
        expectLiteral(CLOSE);
    }

    @Override
    void read(String text) {
        done();
    }
}
