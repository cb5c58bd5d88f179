package io.github.glimpse.answer;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reader of {@code <function=NAME> {<parameter=KEY> VALUE </parameter>} </function></tool_call>}. */
final class CoderBlock extends BlockReader {

    private enum Place {
        FUNCTION,
        NAME,
        NAME_END,
        PARAMETER_OR_END,
        KEY,
        KEY_END,
        CLOSE
    }

    static final String FUNCTION = "<function=";
    static final String PARAMETER = "<parameter=";
    static final String PARAMETER_END = "</parameter>";
    static final String FUNCTION_END = "</function>";

    private static final LiteralSearch TAGS =
            new LiteralSearch(List.of(PARAMETER_END, PARAMETER, FUNCTION_END, HermesBlock.CLOSE));

    private final Map<String, String> parameters = new LinkedHashMap<>();
    private Place place = Place.FUNCTION;
    private String name = "";
    private String key = "";

    private final StringBuilder value = new StringBuilder();
    private final List<Integer> parameterTags = new ArrayList<>();
    private int tags;
    private int functionEnd = -1;

    CoderBlock(RequestTools tools, Work work) {
        super(tools, work);
        expectLiteral(FUNCTION);
    }

    @Override
    void read(String text) {
        switch (place) {
            case FUNCTION -> {
                place = Place.NAME;
                expectName(">", "<\n");
            }
            case NAME -> {
                name = text;
                place = Place.NAME_END;
                expectLiteral(">");
            }
            case NAME_END -> expectParameter();
            case PARAMETER_OR_END -> {
                if (text.equals(PARAMETER)) {
                    place = Place.KEY;
                    expectName(">", "<\n");
                } else {
                    addCall();
                    place = Place.CLOSE;
                    expectLiteral(HermesBlock.CLOSE);
                }
            }
            case KEY -> {
                key = text;
                place = Place.KEY_END;
                expectLiteral(">");
            }
            case KEY_END -> {
                value.setLength(0);
                parameterTags.clear();
                tags = 0;
                functionEnd = -1;
                expect(this::value);
            }
            case CLOSE -> done();
        }
    }

    private void expectParameter() {
        place = Place.PARAMETER_OR_END;
        expectLiteral(PARAMETER, FUNCTION_END);
    }

    /** A value ends at its end tag, or at the end of the block if that comes first. */
    private Step value(char unit) {
        value.append(unit);
        tags = TAGS.step(tags, unit);
        int match = TAGS.match(tags);
        if (match < 0) {
            return Step.MORE;
        }
        String tag = TAGS.literal(match);
        int start = value.length() - tag.length();
        switch (tag) {
            case PARAMETER_END -> {
                put(key, value.substring(0, start));
                expectParameter();
            }
            case PARAMETER -> parameterTags.add(start);
            case FUNCTION_END -> functionEnd = value.length();
            default -> {
                if (functionEnd >= 0 && isBlank(functionEnd, start)) {
                    splitValue();
                    done();
                }
                functionEnd = -1;
            }
        }
        return Step.MORE;
    }

    private boolean isBlank(int from, int to) {
        work().examine(to - from);
        return Blanks.isBlank(value.substring(from, to));
    }

    /** End tags of parameters are missing: each value goes up to the next parameter's tag. */
    private void splitValue() {
        int end = functionEnd - FUNCTION_END.length();
        work().examine(end);
        int start = 0;
        for (int tag : parameterTags) {
            int keyStart = tag + PARAMETER.length();
            int keyEnd = value.indexOf(">", keyStart);
            if (keyEnd >= 0 && keyEnd < end && isKey(value.substring(keyStart, keyEnd))) {
                put(key, value.substring(start, tag));
                key = value.substring(keyStart, keyEnd);
                start = keyEnd + 1;
            }
        }
        put(key, value.substring(start, end));
        addCall();
    }

    private static boolean isKey(String text) {
        return text.indexOf('<') < 0 && text.indexOf('\n') < 0;
    }

    private void put(String parameter, String raw) {
        ToolParameters types = tool(name);
        if (types == null) {
            return;
        }
        String json = types.json(parameter, unwrapped(raw));
        if (json == null) {
            wrong();
        } else {
            parameters.put(parameter, json);
        }
    }

    /** Without the one line break at each end that belongs to the tags. */
    private static String unwrapped(String raw) {
        int start = raw.startsWith("\n") ? 1 : raw.startsWith("\r\n") ? 2 : 0;
        int end = raw.length();
        if (end > start && raw.charAt(end - 1) == '\n') {
            end--;
            end -= end > start && raw.charAt(end - 1) == '\r' ? 1 : 0;
        }
        return raw.substring(start, end);
    }

    private void addCall() {
        add(null, name, ArgumentJson.object(parameters));
    }

    @Override
    boolean finish() {
        if (place == Place.KEY_END && functionEnd >= 0) {
            work().examine(value.length() - functionEnd);
            if (HermesBlock.CLOSE.startsWith(Blanks.strip(value.substring(functionEnd)))) {
                splitValue();
                return true;
            }
        }
        return place == Place.CLOSE;
    }
}
