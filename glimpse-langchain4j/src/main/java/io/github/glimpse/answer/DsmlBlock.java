package io.github.glimpse.answer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reader of a section of calls of DeepSeek V3.2 and V4, whose parameters say whether they are text or JSON. */
final class DsmlBlock extends BlockReader {

    private enum Place {
        INVOKE_OR_END,
        NAME,
        NAME_END,
        PARAMETER_OR_END,
        KEY,
        KIND,
        VALUE
    }

    static final List<String> OPEN = List.of("<｜DSML｜function_calls>", "<｜DSML｜tool_calls>");
    /** Token of which the tags are made. */
    static final String TOKEN = "｜DSML｜";

    static final String INVOKE = "<｜DSML｜invoke name=\"";
    static final String INVOKE_END = "</｜DSML｜invoke>";
    static final String PARAMETER = "<｜DSML｜parameter name=\"";
    static final String PARAMETER_END = "</｜DSML｜parameter>";

    static final String TEXT = "\" string=\"true\">";
    static final String JSON = "\" string=\"false\">";
    private static final LiteralSearch PARAMETER_ENDS = new LiteralSearch(List.of(PARAMETER_END));

    private final String close;
    private Map<String, String> parameters = new LinkedHashMap<>();
    private Place place = Place.INVOKE_OR_END;
    private String name = "";
    private String key = "";
    private boolean isText;

    DsmlBlock(int marker, RequestTools tools, Work work) {
        super(tools, work);
        close = closeOf(OPEN.get(marker));
        expectLiteral(INVOKE);
    }

    static String closeOf(String open) {
        return "</" + open.substring(1);
    }

    @Override
    void read(String text) {
        switch (place) {
            case INVOKE_OR_END -> {
                if (text.equals(close)) {
                    done();
                } else {
                    parameters = new LinkedHashMap<>();
                    place = Place.NAME;
                    expectName("\"", "<\n");
                }
            }
            case NAME -> {
                name = text;
                place = Place.NAME_END;
                expectLiteral("\">");
            }
            case NAME_END -> expectParameter();
            case PARAMETER_OR_END -> {
                if (text.equals(PARAMETER)) {
                    place = Place.KEY;
                    expectName("\"", "<\n");
                } else {
                    add(null, name, ArgumentJson.object(parameters));
                    place = Place.INVOKE_OR_END;
                    expectLiteral(INVOKE, close);
                }
            }
            case KEY -> {
                key = text;
                place = Place.KIND;
                expectLiteral(TEXT, JSON);
            }
            case KIND -> {
                isText = text.equals(TEXT);
                place = Place.VALUE;
                expectText(PARAMETER_ENDS);
            }
            case VALUE -> {
                put(text);
                expectParameter();
            }
        }
    }

    private void expectParameter() {
        place = Place.PARAMETER_OR_END;
        expectLiteral(PARAMETER, INVOKE_END);
    }

    private void put(String raw) {
        work().examine(raw.length());
        String json = isText ? ArgumentJson.quoted(raw) : ArgumentJson.value(raw);
        if (json == null) {
            wrong();
        } else {
            parameters.put(key, json);
        }
    }

    @Override
    boolean finish() {
        return place == Place.INVOKE_OR_END && hasCalls() && mayBecome(close);
    }
}
