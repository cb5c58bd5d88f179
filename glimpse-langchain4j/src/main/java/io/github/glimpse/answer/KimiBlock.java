package io.github.glimpse.answer;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reader of a section of calls of Kimi K2, each named {@code functions.NAME:INDEX}. */
final class KimiBlock extends BlockReader {

    private enum Place {
        CALL_OR_END,
        ID,
        ID_END,
        OBJECT,
        CALL_END
    }

    static final String OPEN = "<|tool_calls_section_begin|>";
    static final String CLOSE = "<|tool_calls_section_end|>";
    static final String CALL = "<|tool_call_begin|>";
    static final String CALL_END = "<|tool_call_end|>";
    static final String ARGUMENTS = "<|tool_call_argument_begin|>";

    private static final Pattern ID = Pattern.compile("functions\\.(.+):\\d+");

    private Place place = Place.CALL_OR_END;
    private ValueReader object = new ValueReader(Dialect.JSON);
    private String id = "";

    KimiBlock(RequestTools tools, Work work) {
        super(tools, work);
        expectLiteral(CALL);
    }

    @Override
    void read(String text) {
        switch (place) {
            case CALL_OR_END -> {
                if (text.equals(CLOSE)) {
                    done();
                } else {
                    place = Place.ID;
                    expectName("<", "\n\t\r");
                }
            }
            case ID -> {
                id = Blanks.strip(text);
                place = Place.ID_END;
                expectLiteral(ARGUMENTS);
            }
            case ID_END -> {
                object = new ValueReader(Dialect.JSON);
                place = Place.OBJECT;
                expectObject(object);
            }
            case OBJECT -> {
                Matcher parts = ID.matcher(id);
                if (parts.matches()) {
                    add(id, parts.group(1), object.value());
                } else {
                    wrong();
                }
                place = Place.CALL_END;
                expectLiteral(CALL_END);
            }
            case CALL_END -> {
                place = Place.CALL_OR_END;
                expectLiteral(CALL, CLOSE);
            }
        }
    }

    @Override
    boolean finish() {
        return place == Place.CALL_END || (place == Place.CALL_OR_END && hasCalls() && mayBecome(CLOSE));
    }
}
