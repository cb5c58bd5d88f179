package io.github.glimpse.chat;

import io.github.glimpse.generate.LoadedModel;
import io.github.glimpse.generate.ScriptedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What LangChain4j's published suites want a model to know, as a script of its answers. The first rule counts whose texts are
 * all in the prompt. Documents have their properties in the order of the schema, as masks want them.
 */
public final class Knowledge {

    private static final String RESULT = "<tool_response>";
    private static final String TWO_PEOPLE = "Klaus is 37 years old, 1.78m height and single. Franny is 35 years old";
    private static final String KLAUS = "{\"name\": \"Klaus\", \"age\": 37, \"height\": 1.78, \"married\": false}";
    private static final String FRANNY = "{\"name\": \"Franny\", \"age\": 35, \"height\": 1.65, \"married\": true}";
    private static final String REX = "{\"type\": \"Dog\", \"name\": \"Rex\", \"breed\": \"Labrador\"}";
    private static final String WHISKERS = "{\"type\": \"Cat\", \"name\": \"Whiskers\", \"indoor\": true}";
    private static final String DAY = "{\"year\": 1976, \"month\": 8, \"day\": 12}";
    private static final String MOMENT = "{\"hour\": 14, \"minute\": 43, \"second\": 0, \"nano\": 0}";

    private static final List<Rule> RULES = Stream.of(messages(), tools(), calculations(), documents())
            .flatMap(List::stream)
            .toList();

    private Knowledge() {}

    private record Rule(List<String> texts, String answer) {

        boolean isFor(String prompt) {
            return texts.stream().allMatch(prompt::contains);
        }
    }

    /** A model that knows all that. */
    static LoadedModel in(Path family) {
        return ScriptedModel.load(TinyModels.options(family).build(), Knowledge::answer);
    }

    /** The answer of the first rule that is for a prompt. */
    public static String answer(String prompt) {
        return RULES.stream()
                .filter(rule -> rule.isFor(prompt))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("No rule is for the prompt: " + prompt))
                .answer();
    }

    private static Rule rule(String answer, String... texts) {
        return new Rule(List.of(texts), answer);
    }

    /** A call, and what is said of its result. */
    private static List<Rule> called(String question, String call, String answer) {
        return List.of(rule(answer, question, RESULT), rule(call, question));
    }

    private static String call(String name, String arguments) {
        return "<tool_call>\n{\"name\": \"" + name + "\", \"arguments\": " + arguments + "}\n</tool_call>";
    }

    private static String add(int a, int b) {
        return call("add", "{\"arg0\": " + a + ", \"arg1\": " + b + "}");
    }

    private static String values(String... values) {
        return Stream.of(values).collect(Collectors.joining(", ", "{\"values\": [", "]}"));
    }

    private static List<Rule> messages() {
        return List.of(
                rule("Ich liebe dich.", "Translate: 'I love you'"),
                rule("It is green.", "What is my favorite color?"),
                rule("Hello World!", "Say 'Hello World'"),
                rule("{\"city\": \"Berlin\"}", "What is the capital of Germany?", "JSON"),
                rule("It is Berlin.", "What is the capital of Germany?"),
                rule("A cat and some dice.", "What do you see on these images?"),
                rule("A cat.", "What do you see?"));
    }

    private static List<Rule> tools() {
        String munich = call("getWeather", "{\"city\": \"Munich\"}");
        List<Rule> rules = new ArrayList<>();
        rules.addAll(called(
                "Use 'getWeather' tool",
                call("getWeather", "{\"arg0\": \"Munich\"}"),
                "{\"city\": \"Munich\", \"weather\": \"SUNNY\"}"));
        rules.add(rule("{\"weather\": \"sunny\"}", "What is the weather in Munich?", RESULT, "\"rainy\""));
        rules.addAll(called("What is the weather in Munich?", munich, "There is sun."));
        rules.add(rule(munich, "I live in Munich"));
        rules.addAll(called(
                "What is the weather in Munich and time in France?",
                munich + "\n" + call("getTime", "{\"country\": \"France\"}"),
                "There is sun, and it is 14:35."));
        rules.addAll(called("Use the get_current_time tool", call("get_current_time", "{}"), "It is 10:14."));
        rules.addAll(called("What is the time now?", call("currentTime", "{}"), "17:11:45"));
        rules.addAll(called("What is the date today?", call("currentDate", "{}"), "That is today."));
        rules.addAll(called("takePhoto tool", call("takePhoto", "{}"), "A cat, Whiskers."));
        rules.addAll(called("Call tool 'modify'", call("modify", "{\"arg0\": 7}"), "Done."));
        rules.addAll(called(
                "current temperature in Munich",
                call("currentTemperature", "{\"arg0\": \"Munich\", \"arg1\": \"CELSIUS\"}"),
                "It is 19 degrees."));
        rules.addAll(called(
                "What is the username with ID",
                call("getUsernameFromId", "{\"arg0\": \"62dbcc27-aaf3-449a-b12d-5a904271a57f\"}"),
                "It is Alice."));
        rules.addAll(processed("Use 'process' tool to process the following: Klaus is 37 years old", "process", KLAUS));
        rules.addAll(processed(
                "Klaus lives in Langley Falls",
                "process",
                "{\"name\": \"Klaus\", \"address\": {\"city\": \"Langley Falls\"}}"));
        rules.addAll(processed(
                "Use 'process' tool to process the following: Francine has 2 children",
                "process",
                "{\"name\": \"Francine\", \"children\": [{\"name\": \"Steve\", \"children\": []}, {\"name\": \"Hayley\","
                        + " \"children\": []}]}"));
        rules.addAll(processed("Klaus is 42 years old", "process", "{\"Klaus\": 42, \"Francine\": 47}"));
        rules.addAll(processed("Process the following names", "processNames", "[\"Klaus\", \"Franny\"]"));
        rules.addAll(processed("Process the following colors", "process", "[\"RED\", \"GREEN\"]"));
        rules.addAll(processed("Process the following integers", "processNumbers", "[37, 73]"));
        rules.addAll(processed(
                "Process the following people", "process", "[{\"name\": \"Klaus\"}, {\"name\": \"Franny\"}]"));
        return rules;
    }

    private static List<Rule> processed(String question, String tool, String argument) {
        return called(question, call(tool, "{\"arg0\": " + argument + "}"), "Done.");
    }

    private static List<Rule> calculations() {
        String chain = "First add 2 and 3";
        List<Rule> rules = new ArrayList<>();
        rules.add(rule(add(124, 47), "Now add 47 to the previous result"));
        rules.addAll(called(
                "How much is 37 plus 87? How much is 73 plus 78?", add(37, 87) + "\n" + add(73, 78), "124 and 151."));
        rules.addAll(called("How much is 37 plus 87?", add(37, 87), "It is 124."));
        rules.add(rule("It is 20.", chain, RESULT + "\n20\n"));
        rules.add(rule(call("multiply", "{\"arg0\": 5, \"arg1\": 4}"), chain, RESULT + "\n5\n"));
        rules.add(rule(add(2, 3), chain));
        return rules;
    }

    private static List<Rule> documents() {
        return List.of(
                rule("{\"value\": true}", "Extract if the person from the following text is a man"),
                rule("{\"value\": 2}", "Extract number of people"),
                rule("{\"value\": -0.5}", "Extract temperature in Munich"),
                rule(values("\"Klaus\"", "\"Franny\""), "Extract names of people"),
                rule(values("\"SINGLE\"", "\"MARRIED\"", "\"MARRIED\""), "Staniel is 33 years old"),
                rule(values(KLAUS, FRANNY), TWO_PEOPLE),
                rule(KLAUS, "Extract the person's information", "Klaus is 37 years old"),
                rule("{\"value\": \"SINGLE\"}", "Klaus is 37 years old, 1.78m height and single."),
                rule(
                        "{\"name\": \"Klaus\", \"shippingAddress\": {\"city\": \"Langley Falls\"}, \"billingAddress\":"
                                + " {\"city\": \"New York\"}}",
                        "Klaus wants a delivery"),
                rule("{\"name\": \"Klaus\", \"maritalStatus\": \"SINGLE\"}", "Klaus is single"),
                rule("{\"name\": \"Klaus\", \"favouriteColors\": [\"orange\", \"green\"]}", "Klaus likes orange"),
                rule(
                        "{\"name\": \"Klaus\", \"pets\": [{\"name\": \"Peanut\"}, {\"name\": \"Muffin\"}]}",
                        "Klaus has 2 pets"),
                rule("{\"name\": \"Klaus\", \"groups\": [\"A\", \"C\"]}", "Klaus is assigned to groups"),
                rule(
                        "{\"name\": \"Klaus\", \"birthDate\": " + DAY + ", \"birthTime\": " + MOMENT
                                + ", \"birthDateTime\": {\"date\": " + DAY + ", \"time\": " + MOMENT + "}}",
                        "Klaus was born at 14:43"),
                rule(
                        "{\"name\": \"Francine\", \"children\": [{\"name\": \"Steve\"}, {\"name\": \"Hayley\"}]}",
                        "Francine has 2 children"),
                rule(
                        "{\"id\": \"567b229a-6b0a-4f1e-9006-448cd9dfbfda\", \"name\": \"Klaus\"}",
                        "Klaus can be identified"),
                rule(values("{\"name\": \"Klaus\"}", "{\"name\": \"Francine\"}"), "Klaus and Francine"),
                rule("{\"name\": \"Klaus\"}", "Text: 'Klaus'"),
                rule("{\"name\": \"Klaus\"}", "following text: Klaus"),
                rule(values("\"SUNNY\"", "\"WINDY\"", "\"RAINY\"", "\"CLOUDY\""), "The weather in Berlin was sunny"),
                rule("{\"value\": " + REX + "}", "Rex is a Labrador dog"),
                rule(values(REX, WHISKERS), "Whiskers is an indoor cat"),
                rule("{\"name\": \"Alice\", \"pet\": " + REX + "}", "Alice owns a Labrador"),
                rule(
                        "{\"value\": {\"type\": \"Addition\", \"left\": {\"type\": \"Addition\", \"left\": {\"type\":"
                                + " \"Constant\", \"value\": 1}, \"right\": {\"type\": \"Constant\", \"value\": 2}},"
                                + " \"right\": {\"type\": \"Constant\", \"value\": 3}}}",
                        "literal expression 1+2+3"));
    }
}
