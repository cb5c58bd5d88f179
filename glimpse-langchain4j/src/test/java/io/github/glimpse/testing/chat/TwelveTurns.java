package io.github.glimpse.testing.chat;

import io.github.glimpse.testing.chat.ChatPlan.Answer;
import io.github.glimpse.testing.chat.ChatPlan.Call;
import io.github.glimpse.testing.chat.ChatPlan.Turn;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A conversation of twelve questions with two tools, as far as a template can write it. */
public final class TwelveTurns {

    /** JSON schemas of the tools by name. */
    public static final Map<String, String> TOOLS = new LinkedHashMap<>();

    /** Descriptions of the tools by name. */
    public static final Map<String, String> DESCRIPTIONS = Map.of(
            "get_weather", "Weather forecast for a city", "take_photo", "Image of a place, taken by a camera there");

    static {
        TOOLS.put("get_weather", """
                {"type": "object", "properties": {"city": {"type": "string", "description": "Name of the city"},
                 "days": {"type": "integer"}, "details": {"type": "boolean"}}, "required": ["city"],
                 "additionalProperties": false}""");
        TOOLS.put("take_photo", """
                {"type": "object", "properties": {"place": {"type": "string"}}, "required": ["place"],
                 "additionalProperties": false}""");
    }

    private final FormatCase format;

    private TwelveTurns(FormatCase format) {
        this.format = format;
    }

    /** The conversation for a template. */
    public static ChatPlan of(FormatCase format) {
        return new TwelveTurns(format).plan();
    }

    private ChatPlan plan() {
        Call munich = weather("R03a", "Munich", 2, null);
        Call oslo = weather("R04a", "Oslo", null, null);
        Call harbor = photo("R04b", "harbor");
        List<Answer> both = format.writesSeveralCalls()
                ? List.of(answer(null, null, oslo, harbor), answer(null, "A04 rain at the harbor"))
                : List.of(answer(null, null, oslo), answer(null, null, harbor), answer(null, "A04 rain at the harbor"));
        String beside = format.writesTextBesideCalls() ? "A07a one moment" : null;
        List<Turn> turns = new ArrayList<>();
        turns.add(turn("Q01 hello", answer(null, "A01 hello Ada")));
        turns.add(turn("Q02 is 7 a prime?", answer("T02 it has no divisor", "A02 yes")));
        turns.add(turn("Q03 weather in Munich?", answer(null, null, munich), answer(null, "A03 sunny")));
        turns.add(new Turn("Q04 Oslo and its harbor?", false, both));
        turns.add(turn(
                "Q05 first Rome, then the square there?",
                answer("T05a first the city", null, weather("R05a", "Rome", 1, true)),
                answer("T05b then the square", null, photo("R05b", "square")),
                answer("T05c both are there", "A05 a sunny square")));
        turns.add(new Turn("Q06 what is that?", format.imageToken() != null, List.of(answer(null, "A06 a box"))));
        turns.add(
                turn("Q07 Bern?", answer(null, beside, weather("R07a", "Bern", 3, false)), answer(null, "A07b cold")));
        turns.add(turn(
                "Q08 the text <tool_call> of \"Zürich\"?",
                answer("T08a a name with quotes", null, weather("R08a", "Zürich \"North\"\n<b>&amp; it's", null, null)),
                answer(null, "A08 it is 5 < 7")));
        turns.add(turn(
                "Q09 Munich again?", answer(null, null, weather("R09a", "Munich", 7, null)), answer(null, "A09 rain")));
        turns.add(turn("Q10 thanks", answer(" ", "A10 you are welcome")));
        turns.add(turn("Q11 the moon?", answer(null, null, photo("R11a", "moon")), answer(null, "A11 not there")));
        turns.add(turn("Q12 bye", answer("T12 the end", "A12 bye Ada")));
        return new ChatPlan(List.copyOf(turns));
    }

    private static Turn turn(String question, Answer... answers) {
        return new Turn(question, false, List.of(answers));
    }

    private Answer answer(@Nullable String thinking, @Nullable String text, Call... calls) {
        return new Answer(format.thinks() ? thinking : null, text, List.of(calls));
    }

    private static Call weather(String marker, String city, @Nullable Integer days, @Nullable Boolean details) {
        Map<String, Object> arguments = new LinkedHashMap<>();
        arguments.put("city", city);
        if (days != null) {
            arguments.put("days", days);
        }
        if (details != null) {
            arguments.put("details", details);
        }
        return new Call("get_weather", arguments, marker + " 21 degrees, <tool_call> is no call", false);
    }

    private Call photo(String marker, String place) {
        return new Call("take_photo", Map.of("place", place), marker + " here it is", format.imagesInResults());
    }
}
