package io.github.glimpse.answer;

/** Reader of {@code call:NAME{KEY:VALUE,…}<tool_call|>}. */
final class GemmaBlock extends BlockReader {

    private enum Place {
        CALL,
        NAME,
        OBJECT,
        CLOSE
    }

    static final String OPEN = "<|tool_call>";
    static final String CLOSE = "<tool_call|>";
    static final String QUOTE = "<|\"|>";

    private static final String CALL = "call:";

    private final ValueReader object = new ValueReader(Dialect.GEMMA);
    private Place place = Place.CALL;
    private String name = "";

    GemmaBlock(RequestTools tools, Work work) {
        super(tools, work);
        expectLiteral(CALL);
    }

    @Override
    void read(String text) {
        switch (place) {
            case CALL -> {
                place = Place.NAME;
                expectName("{", " \n\t\r<}(");
            }
            case NAME -> {
                name = text;
                place = Place.OBJECT;
                expectObject(object);
            }
            case OBJECT -> {
                add(null, name, object.value());
                place = Place.CLOSE;
                expectLiteral(CLOSE);
            }
            case CLOSE -> done();
        }
    }

    @Override
    boolean finish() {
        return place == Place.CLOSE;
    }
}
