package io.github.glimpse.answer;

/** Reader of an answer that is a Python list of calls as a whole. */
final class PythonicBlock extends PythonListBlock {

    PythonicBlock(RequestTools tools, Work work) {
        super(tools, work);
    }

    @Override
    void expectClose() {
        expectEnd();
    }

    @Override
    void read(String text) {
        throw new IllegalStateException("The list is not read by elements");
    }

    @Override
    String textIfCut(String raw) {
        return raw;
    }
}
