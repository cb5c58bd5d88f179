package io.github.glimpse.generate;

import io.github.glimpse.UnsupportedContentException;
import io.github.glimpse.generate.ChatTurn.Role;
import io.github.glimpse.model.ImageTextTask;
import io.github.glimpse.model.MediaRule;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a model with cross-attention can be asked: one picture, and a question or the beginning of a caption.
 *
 * @param picture bytes of the picture file
 * @param text the text, null for none
 */
record ImageTextRequest(byte[] picture, @Nullable String text) {

    /**
     * Reads a conversation.
     *
     * @throws UnsupportedContentException if it has what such a model cannot take; the message names it
     */
    static ImageTextRequest of(ImageTextTask task, List<ChatTurn> turns) {
        if (task == ImageTextTask.MATCH) {
            throw new UnsupportedContentException(
                    "This model tells how well a text fits an image and writes no answers;"
                            + " use it through GlimpseScoringModel, or load a model for answers or captions");
        }
        ChatTurn turn = onlyTurn(turns);
        List<byte[]> pictures = new ArrayList<>();
        String text = text(turn, pictures);
        if (pictures.size() != 1) {
            throw new UnsupportedContentException("The message has " + pictures.size()
                    + " images, this model looks at exactly one; send a message with one image");
        }
        if (task == ImageTextTask.ANSWER && text == null) {
            throw new UnsupportedContentException("The message has an image and no question, but this model answers"
                    + " questions; send a question too, or load a model for captions");
        }
        return new ImageTextRequest(pictures.get(0), text);
    }

    private static ChatTurn onlyTurn(List<ChatTurn> turns) {
        List<ChatTurn> spoken = turns.stream().filter(ImageTextRequest::says).toList();
        for (ChatTurn turn : spoken) {
            if (turn.role() == Role.SYSTEM) {
                throw new UnsupportedContentException(
                        "The request has a system message, which this model cannot take;" + " leave it out");
            }
        }
        if (spoken.size() != 1) {
            throw new UnsupportedContentException("The request has " + spoken.size()
                    + " messages, this model takes one and no history; send the last user message alone");
        }
        if (spoken.get(0).role() != Role.USER) {
            throw new UnsupportedContentException(
                    "The only message is one of the assistant; send one of the user with an image");
        }
        return spoken.get(0);
    }

    /** An empty system message says nothing. */
    private static boolean says(ChatTurn turn) {
        return turn.role() != Role.SYSTEM || text(turn, new ArrayList<>()) != null;
    }

    /** The texts of a message as one, or null if there is nothing in them. */
    static @Nullable String text(ChatTurn turn, List<byte[]> pictures) {
        StringBuilder text = new StringBuilder();
        for (ChatTurn.Part part : turn.parts()) {
            if (part instanceof ChatTurn.Picture picture) {
                pictures.add(picture.bytes());
            } else if (part instanceof ChatTurn.Video) {
                throw MediaRule.noVideo();
            } else {
                String piece = part instanceof ChatTurn.LeftOut gone ? gone.note() : ((ChatTurn.Text) part).text();
                text.append(text.isEmpty() ? "" : "\n").append(piece);
            }
        }
        return text.toString().isBlank() ? null : text.toString();
    }
}
