package io.github.glimpse.generate;

import io.github.glimpse.InvalidConversationException;
import io.github.glimpse.InvalidImageException;
import io.github.glimpse.PromptTooLongException;
import io.github.glimpse.generate.ChatTurn.LeftOut;
import io.github.glimpse.generate.ChatTurn.Part;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.generate.ChatTurn.Text;
import io.github.glimpse.generate.ChatTurn.Visual;
import io.github.glimpse.generate.Conversation.Place;
import io.github.glimpse.prefill.Prompt;
import io.github.glimpse.text.TokenWatch;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out as much of a conversation's history as it has to, so that its prompt can be made and is not too long.
 *
 * <p>What goes first: pictures that cannot be read, pictures above the limit of their number, and then, only if the prompt is
 * too long, pictures by age, then exchanges by age. Two things are exempt from going by age. The pictures of the last message
 * that has any stay as long as its text, for the newest question is likely about them. And an exchange that is too long to
 * stand beside the newest message at all, such as a question that was refused for its length, goes alone and pushes nothing
 * out.
 *
 * <p>How long a part is, is counted once and by itself, so that the work grows with the text and not with what is left out;
 * what is left is then counted as it is. For one request.
 */
final class HistoryFit {

    // Such as a token where the picture begins and one where it ends; a miscount is found when the prompt is there.
    private static final int TOKENS_AROUND_PICTURE = 2;
    // Of templates that cannot be asked.
    private static final int USUAL_TOKENS_AROUND_TURN = 8;

    private final PromptBuilder prompts;
    private final @Nullable Double share;
    private final TokenWatch watch;
    private final int maxImages;
    private final int limit;
    private final int room;
    private final Map<Integer, Integer> turnTokens = new HashMap<>();
    private final Map<Place, Integer> pictureTokens = new HashMap<>();
    private int tokensAroundTurn;

    /**
     * A conversation and its prompt.
     *
     * @param conversation what is left
     */
    record Fitted(Conversation conversation, Prompt prompt) {}

    /**
     * Fits nothing yet.
     *
     * @param share as in {@link PromptBuilder#prompt(List, Double, TokenWatch)}
     * @param watch is asked while texts are made into tokens, and ends those that are too long
     * @param maxImages most pictures
     * @param limit most tokens of a prompt
     * @param room tokens to come down to where there are more than {@code limit}
     */
    HistoryFit(PromptBuilder prompts, @Nullable Double share, TokenWatch watch, int maxImages, int limit, int room) {
        this.prompts = prompts;
        this.share = share;
        this.watch = watch;
        this.maxImages = maxImages;
        this.limit = limit;
        this.room = room;
    }

    /**
     * Fits a conversation. Where its newest message alone is too long, the prompt is too.
     *
     * @throws io.github.glimpse.GlimpseException if there is no prompt even without history
     */
    Fitted fit(Conversation conversation) {
        Set<Place> shown = new HashSet<>();
        int most = maxImages - conversation.newestPictures();
        Conversation readable = conversation.withoutPictures(
                (place, picture) -> shown.size() >= most || !isReadable(picture) || !shown.add(place));
        Fitted whole;
        try {
            whole = asItIs(readable);
        } catch (PromptTooLongException e) {
            return shortened(readable);
        }
        return whole.prompt().tokens() <= limit ? whole : shortened(readable);
    }

    /** Tokens of a conversation, however long it is: without images that cannot be read, old or new. */
    static int count(PromptBuilder prompts, List<ChatTurn> turns) {
        return prompts.prompt(unlimited(prompts).readable(turns)).tokens();
    }

    /** About the tokens of messages that make no conversation, such as a tool result without its call. */
    static int countApart(PromptBuilder prompts, List<ChatTurn> turns) {
        HistoryFit fit = unlimited(prompts);
        fit.tokensAroundTurn = fit.tokensAroundTurn();
        long tokens = fit.readable(turns).stream()
                .mapToLong(turn -> fit.textTokens(turn, Tokenizer.MAX_CHARACTERS) + fit.pictureTokens(turn))
                .sum();
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, tokens));
    }

    private static HistoryFit unlimited(PromptBuilder prompts) {
        return new HistoryFit(prompts, null, TokenWatch.NONE, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
    }

    private List<ChatTurn> readable(List<ChatTurn> turns) {
        return new Conversation(turns, turns.size())
                .withoutPictures((place, picture) -> !isReadable(picture))
                .turns();
    }

    private int pictureTokens(ChatTurn turn) {
        return turn.parts().stream()
                .filter(Visual.class::isInstance)
                .mapToInt(part -> prompts.pictureTokens((Visual) part, share))
                .sum();
    }

    private boolean isReadable(Visual picture) {
        try {
            return prompts.pictureTokens(picture, share) > 0;
        } catch (InvalidImageException e) {
            return false;
        }
    }

    private Fitted asItIs(Conversation conversation) {
        return new Fitted(conversation, prompts.prompt(conversation.turns(), share, watch));
    }

    private Fitted shortened(Conversation conversation) {
        Fitted least = asItIs(conversation.alone());
        int free = room - least.prompt().tokens();
        tokensAroundTurn = free > 0 ? tokensAroundTurn() : 0;
        while (free > 0) {
            int over;
            try {
                Fitted fitted = asItIs(planned(conversation, free));
                over = fitted.prompt().tokens() - limit;
                if (over <= 0) {
                    return fitted;
                }
            } catch (PromptTooLongException e) {
                over = 0;
            }
            // The parts together have more tokens than counted one by one: aim lower.
            free -= Math.max(over, free / 8 + 1);
        }
        return least;
    }

    /** Chooses by what the parts count, the latest first. */
    private Conversation planned(Conversation conversation, int free) {
        List<List<Integer>> exchanges = conversation.exchanges();
        Set<Integer> gone = new HashSet<>();
        Set<Place> shown = new HashSet<>();
        boolean lastPictures = conversation.newestPictures() == 0;
        int left = free;
        boolean full = false;
        for (int i = exchanges.size() - 1; i >= 0; i--) {
            List<Integer> exchange = exchanges.get(i);
            int tokens = full ? 0 : textTokens(conversation, exchange, free);
            full = full || (tokens > left && tokens <= free);
            if (full || tokens > left) {
                gone.addAll(exchange);
                continue;
            }
            left -= tokens;
            List<Place> pictures = pictures(conversation, exchange);
            if (lastPictures && !pictures.isEmpty()) {
                lastPictures = false;
                left = show(conversation, pictures, left, shown);
            }
        }
        for (int i = exchanges.size() - 1; i >= 0; i--) {
            if (gone.contains(exchanges.get(i).get(0))) {
                continue;
            }
            List<Place> pictures = pictures(conversation, exchanges.get(i));
            left = show(conversation, pictures, left, shown);
            if (!shown.containsAll(pictures)) {
                break;
            }
        }
        return conversation
                .withoutPictures((place, picture) -> !shown.contains(place))
                .without(gone);
    }

    /** Tokens of an exchange with notes for its pictures. */
    private int textTokens(Conversation conversation, List<Integer> exchange, int most) {
        long tokens = 0;
        for (int turn : exchange) {
            tokens += turnTokens.computeIfAbsent(
                    turn, index -> textTokens(conversation.turns().get(index), most));
        }
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, tokens));
    }

    private int textTokens(ChatTurn turn, int most) {
        long tokens = tokensAroundTurn;
        for (Part part : turn.parts()) {
            String text = part instanceof Text typed
                    ? typed.text()
                    : (part instanceof LeftOut gone ? gone : LeftOut.PICTURE).note();
            tokens += prompts.textTokens(text, most);
        }
        for (ChatTurn.Call call : turn.calls()) {
            tokens += tokensAroundTurn + prompts.textTokens(call.name() + call.arguments(), most);
        }
        return Math.toIntExact(Math.min(Integer.MAX_VALUE, tokens));
    }

    /** What the chat template puts around a message. */
    private int tokensAroundTurn() {
        String word = "yes";
        ChatTurn question = ChatTurn.user(word);
        ChatTurn answer = new ChatTurn(Role.ASSISTANT, List.of(new Text(word)));
        try {
            int one = prompts.prompt(List.of(question)).tokens();
            int three = prompts.prompt(List.of(question, answer, question)).tokens();
            return Math.max(0, (three - one + 1) / 2 - prompts.textTokens(word, limit));
        } catch (InvalidConversationException e) {
            return USUAL_TOKENS_AROUND_TURN;
        }
    }

    /** Places of pictures, the latest first. */
    private static List<Place> pictures(Conversation conversation, List<Integer> exchange) {
        List<Place> places = new ArrayList<>();
        for (int i = exchange.size() - 1; i >= 0; i--) {
            List<Part> parts = conversation.turns().get(exchange.get(i)).parts();
            for (int k = parts.size() - 1; k >= 0; k--) {
                if (parts.get(k) instanceof Visual) {
                    places.add(new Place(exchange.get(i), k));
                }
            }
        }
        return places;
    }

    /** Shows pictures instead of notes until one does not fit; returns the tokens that are left. */
    private int show(Conversation conversation, List<Place> places, int free, Set<Place> shown) {
        int left = free;
        for (Place place : places) {
            int more = shown.contains(place)
                    ? 0
                    : pictureTokens.computeIfAbsent(place, at -> moreThanNote(conversation, at));
            if (more > left) {
                break;
            }
            left -= more;
            shown.add(place);
        }
        return left;
    }

    private int moreThanNote(Conversation conversation, Place place) {
        Visual picture = (Visual) conversation.turns().get(place.turn()).parts().get(place.part());
        return prompts.pictureTokens(picture, share) + TOKENS_AROUND_PICTURE - noteTokens();
    }

    private int noteTokens() {
        return prompts.textTokens(LeftOut.PICTURE.note(), Integer.MAX_VALUE);
    }
}
