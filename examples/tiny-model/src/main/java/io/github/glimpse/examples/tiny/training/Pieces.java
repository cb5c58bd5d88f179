package io.github.glimpse.examples.tiny.training;

import io.github.glimpse.examples.tiny.drawing.Vocabulary;
import io.github.glimpse.examples.tiny.pages.Phrasebook;
import io.github.glimpse.examples.tiny.pages.TrainedWords;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * The vocabulary of the second edition, in which nothing of a text is lost: blanks and capitals stay. In this order: the marks of the chat and of
 * tool calls, the two refusals, the 256 bytes, printable ASCII with blank and line break, marks of JSON that often stand together, words.
 *
 * <p>A text is cut into marks, runs of letters with at most one blank in front, pairs of JSON, and single characters. A run of letters is a
 * piece if it is a known word, as it stands or with a blank in front; else it is spelled. What is read off a picture is always spelled. Safe for
 * concurrent use.
 */
final class Pieces {

    /** Marks that are no text: those of the first edition, with the same ids. */
    static final List<String> MARKS = Vocabulary.MARKS;

    /** Marks of a tool call, which are text. */
    static final List<String> CALL_MARKS = List.of("<tool_call>", "</tool_call>");

    /** The answers to what a picture does not tell, one piece each. */
    static final List<String> REFUSALS = List.of(Phrasebook.ABSENT, Phrasebook.UNREADABLE);

    /** Marks of JSON that often stand together, longer ones first. */
    static final List<String> PAIRS = List.of(
            "\", \"", "\": \"", "\":\"", "\",\"", "\": ", "\":", "\"}", "{\"", "[\"", "\"]", "}}", "},", "[]", "{}");

    /** How a text is cut, in Java's and in the tokenizer's regular expressions alike. */
    static final String CUT =
            "\", \"|\": \"|\":\"|\",\"|\": |\":|\"\\}|\\{\"|\\[\"|\"\\]|\\}\\}|\\},|\\[\\]|\\{\\}| ?[A-Za-z]+|[^A-Za-z]";

    // The tokenizer takes the marks of calls out of a text before it cuts.
    private static final Pattern PIECE = Pattern.compile(String.join("|", CALL_MARKS) + "|" + CUT, Pattern.DOTALL);
    private static final Pattern WORD = Pattern.compile("[A-Za-z]+");
    // Words of prompts that describe tools, schemas, forms of answers and turns of a conversation.
    private static final String OTHERS =
            "system user assistant you are helpful a an the and or of to in on at by for with from is it its this that "
                    + "these those not no yes only one two three all any each every other some if when then else than as be was were has have had do does "
                    + "did can could may must should will would please answer answers question questions picture pictures image images page pages document "
                    + "text word words line lines number numbers value values name names key keys date time place box call calls tool tools function "
                    + "functions signature signatures provided within xml tags return json object objects array string integer boolean null true false "
                    + "type types properties required description parameters arguments enum items schema format field fields more assist query "
                    + "following given give write say says reply choose option options option exactly quote found look closer part larger zoom result "
                    + "response first second third last next previous earlier above below left right top bottom small large upper lower letters "
                    + "digits sentence short long without into out about between before after use used using read reads see shows show called here "
                    + "there what which who how why where now same different both up down over under";
    private static final List<String> ALL = all();
    private static final Map<String, Integer> IDS = ids();

    private Pieces() {}

    /** All pieces; the place is the id. */
    static List<String> list() {
        return ALL;
    }

    /**
     * The id of a piece.
     *
     * @throws IllegalArgumentException if there is none
     */
    static int id(String piece) {
        Integer id = IDS.get(piece);
        if (id == null) {
            throw new IllegalArgumentException("There is no piece '" + piece + "'");
        }
        return id;
    }

    /** The ids of a text without marks of the chat. */
    static int[] of(String text) {
        return of(text, word -> false);
    }

    /**
     * The ids of a text as a tokenizer gives them that does not know some of the words.
     *
     * @param unknown whether a word, without its blank and in lower case, is to be spelled
     */
    static int[] of(String text, Predicate<String> unknown) {
        IntStream.Builder ids = IntStream.builder();
        Matcher pieces = PIECE.matcher(text);
        while (pieces.find()) {
            String piece = pieces.group();
            Integer id = IDS.get(piece);
            Matcher word = WORD.matcher(piece);
            if (id == null || (word.find() && unknown.test(word.group().toLowerCase(Locale.ROOT)))) {
                spell(piece, ids);
            } else {
                ids.add(id);
            }
        }
        return ids.build().toArray();
    }

    /** The ids of what is read off a picture: one for each character. */
    static int[] spelled(String text) {
        IntStream.Builder ids = IntStream.builder();
        spell(text, ids);
        return ids.build().toArray();
    }

    private static void spell(String text, IntStream.Builder ids) {
        text.codePoints().mapToObj(Character::toString).forEach(character -> {
            Integer id = IDS.get(character);
            if (id == null) {
                for (byte part : character.getBytes(StandardCharsets.UTF_8)) {
                    ids.add(id(byteOf(part & 0xFF)));
                }
            } else {
                ids.add(id);
            }
        });
    }

    private static String byteOf(int value) {
        return String.format(Locale.ROOT, "<0x%02X>", value);
    }

    private static List<String> all() {
        Set<String> pieces = new LinkedHashSet<>(MARKS);
        pieces.addAll(CALL_MARKS);
        pieces.addAll(REFUSALS);
        for (int i = 0; i < 256; i++) {
            pieces.add(byteOf(i));
        }
        pieces.add("\n");
        for (char character = ' '; character <= '~'; character++) {
            pieces.add(String.valueOf(character));
        }
        pieces.addAll(PAIRS);
        Set<String> words = new LinkedHashSet<>(List.of(OTHERS.split(" ")));
        List<String> texts = new ArrayList<>(Phrasebook.trainedTexts());
        texts.addAll(TrainedWords.all());
        for (String text : texts) {
            Matcher runs = WORD.matcher(text.replaceAll("\\{\\w+}", " "));
            while (runs.find()) {
                words.add(runs.group().toLowerCase(Locale.ROOT));
            }
        }
        for (String word : words) {
            String capital = Character.toUpperCase(word.charAt(0)) + word.substring(1);
            pieces.addAll(List.of(word, " " + word, capital, " " + capital));
        }
        return List.copyOf(pieces);
    }

    private static Map<String, Integer> ids() {
        Map<String, Integer> ids = new HashMap<>();
        for (int i = 0; i < ALL.size(); i++) {
            ids.put(ALL.get(i), i);
        }
        return Map.copyOf(ids);
    }
}
