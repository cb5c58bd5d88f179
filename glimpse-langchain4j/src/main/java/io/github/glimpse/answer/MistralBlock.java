package io.github.glimpse.answer;

import org.jspecify.annotations.Nullable;

/**
 * Reader of {@code [{"name", "arguments", "id"}, …]}, {@code NAME[CALL_ID]ID[ARGS]OBJECT} and {@code
 * NAME[ARGS]OBJECT}.
 */
final class MistralBlock extends BlockReader {

    private enum Place {
        LIST_OBJECT,
        LIST_NEXT,
        NAME,
        NAME_END,
        ID,
        ID_END,
        OBJECT
    }

    static final String OPEN = "[TOOL_CALLS]";
    static final String CALL_ID = "[CALL_ID]";
    static final String ARGUMENTS = "[ARGS]";

    private static final String NOT_IN_NAMES = " \n\t\r]{}\"";

    private Place place = Place.NAME;
    private ValueReader object = ValueReader.ofMembers();
    private String name = "";
    private @Nullable String id;

    MistralBlock(RequestTools tools, Work work) {
        super(tools, work);
        expect(this::begin);
    }

    private Step begin(char unit) {
        if (Blanks.isBlank(unit)) {
            return Step.MORE;
        }
        if (unit == '[') {
            place = Place.LIST_OBJECT;
            expectObject(object);
            return Step.MORE;
        }
        expectName("[", NOT_IN_NAMES);
        return Step.BEFORE;
    }

    @Override
    void read(String text) {
        switch (place) {
            case LIST_OBJECT -> {
                add(JsonCall.ofArguments(object, work()));
                place = Place.LIST_NEXT;
                expectLiteral(",", "]");
            }
            case LIST_NEXT -> {
                if (text.equals("]")) {
                    done();
                } else {
                    object = ValueReader.ofMembers();
                    place = Place.LIST_OBJECT;
                    expectObject(object);
                }
            }
            case NAME -> {
                name = text;
                place = Place.NAME_END;
                expectLiteral(CALL_ID, ARGUMENTS);
            }
            case NAME_END, ID_END -> {
                if (text.equals(CALL_ID)) {
                    place = Place.ID;
                    expectName("[", NOT_IN_NAMES);
                } else {
                    object = new ValueReader(Dialect.JSON);
                    place = Place.OBJECT;
                    expectObject(object);
                }
            }
            case ID -> {
                id = text;
                place = Place.ID_END;
                expectLiteral(ARGUMENTS);
            }
            case OBJECT -> {
                add(id, name, object.value());
                done();
            }
        }
    }

    @Override
    boolean finish() {
        return false;
    }
}
