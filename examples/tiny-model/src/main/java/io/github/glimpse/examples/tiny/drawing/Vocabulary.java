package io.github.glimpse.examples.tiny.drawing;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;

/**
 * Every token, and how questions and answers become tokens. In this order: the marks of the chat, the 256 bytes that spell
 * what has no token, the refusal, printable ASCII characters, the words of questions and answers.
 *
 * <p>A question is put into lower case and cut at blanks; digits apart, a run of letters is one piece, any other character is
 * a piece of its own. A piece is a word, or it is spelled. An answer that was read is spelled as it stands; other answers
 * are one token. Safe for concurrent use.
 */
public final class Vocabulary {

    /** The answer to what the picture does not tell. One token. */
    public static final String REFUSAL = "I cannot tell from this picture.";

    /** The answer to what stands there and is too small to be read. Spelled, so that no answer before it has other ids. */
    public static final String UNREADABLE = "I cannot read it in this picture.";

    /** The marks of the chat, with the lowest ids. */
    public static final List<String> MARKS = List.of(
            "<|endoftext|>",
            "<|im_start|>",
            "<|im_end|>",
            "<|vision_start|>",
            "<|vision_end|>",
            "<|vision_pad|>",
            "<|image_pad|>",
            "<|video_pad|>");

    /** The characters that are drawn; the class of the first is 1. */
    public static final String DRAWN = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.,:-/$%";

    /** Classes of {@link #characterClass}, with 0 for none. */
    public static final int CHARACTER_CLASSES = DRAWN.length() + 1;

    private static final Pattern PIECE = Pattern.compile("[a-z]+|[^a-z\\s]");
    private static final List<String> ROLES = List.of("system", "user", "assistant");
    private static final List<String> TOKENS = tokens();
    private static final Map<String, Integer> IDS = ids(TOKENS);

    private Vocabulary() {}

    /** All tokens; the index is the id. */
    public static List<String> all() {
        return TOKENS;
    }

    /**
     * The id of a token.
     *
     * @throws IllegalArgumentException if there is no such token
     */
    public static int id(String token) {
        Integer id = IDS.get(token);
        if (id == null) {
            throw new IllegalArgumentException("The vocabulary has no token '" + token + "'");
        }
        return id;
    }

    /** Whether there is such a token. */
    public static boolean has(String token) {
        return IDS.containsKey(token);
    }

    /** The class of a drawn character, from 1. */
    public static int characterClass(char character) {
        int index = DRAWN.indexOf(character);
        if (index < 0) {
            throw new IllegalArgumentException("The character '" + character + "' is never drawn");
        }
        return index + 1;
    }

    /** The tokens of a question, without marks. */
    public static int[] question(String text) {
        IntStream.Builder ids = IntStream.builder();
        Matcher pieces = PIECE.matcher(text.toLowerCase(Locale.ROOT));
        while (pieces.find()) {
            if (has(pieces.group())) {
                ids.add(id(pieces.group()));
            } else {
                spell(pieces.group(), ids);
            }
        }
        return ids.build().toArray();
    }

    /** The tokens of an answer, without marks. */
    public static int[] answer(Question question) {
        if (!question.kind().reads()) {
            return new int[] {id(question.answer())};
        }
        return spelled(question.answer());
    }

    /** A text as it stands, character by character, its blanks as bytes. */
    public static int[] spelled(String text) {
        IntStream.Builder ids = IntStream.builder();
        spell(text, ids);
        return ids.build().toArray();
    }

    private static void spell(String text, IntStream.Builder ids) {
        text.codePoints().mapToObj(Character::toString).forEach(character -> {
            if (has(character)) {
                ids.add(id(character));
            } else {
                for (byte part : character.getBytes(StandardCharsets.UTF_8)) {
                    ids.add(id(byteToken(part & 0xFF)));
                }
            }
        });
    }

    private static String byteToken(int value) {
        return String.format(Locale.ROOT, "<0x%02X>", value);
    }

    private static List<String> tokens() {
        List<String> tokens = new ArrayList<>(MARKS);
        for (int i = 0; i < 256; i++) {
            tokens.add(byteToken(i));
        }
        tokens.add(REFUSAL);
        tokens.add("\n");
        for (char character = '!'; character <= '~'; character++) {
            tokens.add(String.valueOf(character));
        }
        words().stream().filter(word -> word.length() > 1).forEach(tokens::add);
        return List.copyOf(tokens);
    }

    private static Set<String> words() {
        Set<String> words = new TreeSet<>(ROLES);
        words.addAll(List.of("yes", "no", "an"));
        words.addAll(Colours.NAMES);
        for (ShapeKind shape : ShapeKind.values()) {
            words.add(shape.word());
            words.add(shape.plural());
        }
        Keys.ALL.forEach(key -> words.add(key.word()));
        Side.WORDS.forEach(side -> words.addAll(List.of(side.split(" "))));
        for (QuestionKind kind : QuestionKind.values()) {
            for (String phrasing : Phrasings.of(kind, Split.TRAIN)) {
                Matcher pieces = PIECE.matcher(phrasing.replaceAll("\\{\\w+}", " "));
                while (pieces.find()) {
                    words.add(pieces.group());
                }
            }
        }
        return words;
    }

    private static Map<String, Integer> ids(List<String> tokens) {
        Map<String, Integer> ids = new LinkedHashMap<>();
        for (int i = 0; i < tokens.size(); i++) {
            ids.put(tokens.get(i), i);
        }
        return Map.copyOf(ids);
    }
}
