package io.github.glimpse.answer;

/**
 * Reader of an answer that is {@code {"name": STRING, "parameters": OBJECT}} as a whole, maybe after {@code
 * <|python_tag|>}.
 */
final class Llama3Block extends BlockReader {

    static final String TAG = "<|python_tag|>";

    private final ValueReader object = ValueReader.ofMembers();
    private boolean hasTag;
    private boolean hasObject;

    Llama3Block(RequestTools tools, Work work) {
        super(tools, work);
        expect(unit -> {
            if (Blanks.isBlank(unit)) {
                return Step.MORE;
            }
            if (unit == '<') {
                expectLiteral(TAG);
            } else {
                expectObject(object);
            }
            return Step.BEFORE;
        });
    }

    @Override
    void read(String text) {
        if (text.equals(TAG)) {
            hasTag = true;
            expectObject(object);
        } else {
            hasObject = true;
            add(JsonCall.ofParameters(object));
            expectEnd();
        }
    }

    @Override
    boolean finish() {
        return hasObject;
    }

    @Override
    String textIfCut(String raw) {
        return hasTag ? "" : raw;
    }
}
