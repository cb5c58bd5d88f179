package io.github.glimpse.answer;

/** Reader of a block that is one Python list of calls, and of what ends it. */
abstract class PythonListBlock extends BlockReader {

    private final PythonCalls list = new PythonCalls();
    private boolean hasList;

    PythonListBlock(RequestTools tools, Work work) {
        super(tools, work);
        expect(unit -> {
            Step step = list.take(unit);
            if (step != Step.DONE) {
                return step;
            }
            hasList = true;
            list.calls().forEach(this::add);
            expectClose();
            return Step.MORE;
        });
    }

    /** Sets the element after the list. */
    abstract void expectClose();

    @Override
    boolean finish() {
        return hasList;
    }
}
