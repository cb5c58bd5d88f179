package io.github.glimpse.answer;

/** Reader of an answer that is a Python list of calls as a whole. */
final class PythonicBlock extends BlockReader {

    private final PythonCalls list = new PythonCalls();
    private boolean hasList;

    PythonicBlock(RequestTools tools, Work work) {
        super(tools, work);
        expect(unit -> {
            Step step = list.take(unit);
            if (step != Step.DONE) {
                return step;
            }
            hasList = true;
            list.calls().forEach(this::add);
            expectEnd();
            return Step.MORE;
        });
    }

    @Override
    void read(String text) {
        throw new IllegalStateException("The list is not read by elements");
    }

    @Override
    boolean finish() {
        return hasList;
    }

    @Override
    String textIfCut(String raw) {
        return raw;
    }
}
