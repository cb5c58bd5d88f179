package io.github.glimpse.answer;

/** Reader of a section of calls of DeepSeek V3 (arguments in a code fence) or V3.1 (arguments alone). */
final class DeepSeekBlock extends BlockReader {

    private enum Place {
        CALL_OR_END,
        KIND,
        NAME,
        SEPARATOR,
        OBJECT,
        FENCE,
        CALL_END
    }

    static final String OPEN = "<｜tool▁calls▁begin｜>";
    static final String CLOSE = "<｜tool▁calls▁end｜>";
    static final String CALL = "<｜tool▁call▁begin｜>";
    static final String CALL_END = "<｜tool▁call▁end｜>";
    static final String SEPARATOR = "<｜tool▁sep｜>";

    private final boolean isFenced;
    private Place place = Place.CALL_OR_END;
    private ValueReader object = new ValueReader(Dialect.JSON);
    private String name = "";

    DeepSeekBlock(boolean isFenced, RequestTools tools, Work work) {
        super(tools, work);
        this.isFenced = isFenced;
        expectLiteral(CALL);
    }

    @Override
    void read(String text) {
        switch (place) {
            case CALL_OR_END -> {
                if (text.equals(CLOSE)) {
                    done();
                } else if (isFenced) {
                    place = Place.KIND;
                    expectLiteral("function" + SEPARATOR);
                } else {
                    expectName();
                }
            }
            case KIND -> expectName();
            case NAME -> {
                name = text;
                place = Place.SEPARATOR;
                expectLiteral(isFenced ? "```json" : SEPARATOR);
            }
            case SEPARATOR -> {
                object = new ValueReader(Dialect.JSON);
                place = Place.OBJECT;
                expectObject(object);
            }
            case OBJECT -> {
                add(null, name, object.value());
                place = isFenced ? Place.FENCE : Place.CALL_END;
                expectLiteral(isFenced ? "```" : CALL_END);
            }
            case FENCE -> {
                place = Place.CALL_END;
                expectLiteral(CALL_END);
            }
            case CALL_END -> {
                place = Place.CALL_OR_END;
                expectLiteral(CALL, CLOSE);
            }
        }
    }

    private void expectName() {
        place = Place.NAME;
        expectName(isFenced ? "\n" : "<", isFenced ? "<" : " \n\t\r");
    }

    @Override
    boolean finish() {
        return place == Place.FENCE
                || place == Place.CALL_END
                || (place == Place.CALL_OR_END && hasCalls() && mayBecome(CLOSE));
    }
}
