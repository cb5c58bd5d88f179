package io.github.glimpse.answer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Reader of {@code NAME {<arg_key>KEY</arg_key><arg_value>VALUE</arg_value>} </tool_call>}, line breaks between
 * optional.
 */
final class GlmBlock extends BlockReader {

    private enum Place {
        NAME,
        KEY_OR_END,
        KEY,
        VALUE_TAG,
        VALUE
    }

    static final String KEY = "<arg_key>";
    static final String KEY_END = "</arg_key>";
    static final String VALUE = "<arg_value>";
    static final String VALUE_END = "</arg_value>";

    private static final LiteralSearch KEY_ENDS = new LiteralSearch(List.of(KEY_END));
    private static final LiteralSearch VALUE_ENDS = new LiteralSearch(List.of(VALUE_END));

    private final Map<String, String> parameters = new LinkedHashMap<>();
    private Place place = Place.NAME;
    private String name = "";
    private String key = "";

    GlmBlock(RequestTools tools, Work work) {
        super(tools, work);
        expect(unit -> {
            if (Blanks.isBlank(unit)) {
                return Step.MORE;
            }
            expectName("\n<", "");
            return Step.BEFORE;
        });
    }

    @Override
    void read(String text) {
        switch (place) {
            case NAME -> {
                name = Blanks.strip(text);
                expectKey();
            }
            case KEY_OR_END -> {
                if (text.equals(KEY)) {
                    place = Place.KEY;
                    expectText(KEY_ENDS);
                } else {
                    addCall();
                    done();
                }
            }
            case KEY -> {
                key = Blanks.strip(text);
                place = Place.VALUE_TAG;
                expectLiteral(VALUE);
            }
            case VALUE_TAG -> {
                place = Place.VALUE;
                expectText(VALUE_ENDS);
            }
            case VALUE -> {
                put(text);
                expectKey();
            }
        }
    }

    private void expectKey() {
        place = Place.KEY_OR_END;
        expectLiteral(KEY, HermesBlock.CLOSE);
    }

    private void put(String raw) {
        ToolParameters types = tool(name);
        if (types == null) {
            return;
        }
        String json = types.json(key, raw);
        if (json == null) {
            wrong();
        } else {
            parameters.put(key, json);
        }
    }

    private void addCall() {
        if (name.isEmpty()) {
            wrong();
        } else {
            add(null, name, ArgumentJson.object(parameters));
        }
    }

    @Override
    boolean finish() {
        if (place == Place.NAME) {
            name = Blanks.strip(pending());
        } else if (place != Place.KEY_OR_END || !mayBecome(HermesBlock.CLOSE)) {
            return false;
        }
        addCall();
        return true;
    }
}
