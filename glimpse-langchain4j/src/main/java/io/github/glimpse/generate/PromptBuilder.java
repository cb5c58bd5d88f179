package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.text.ChatTemplateMessage;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Messages and picture files to prompt text, ids and patches, in two steps: the layout needs the headers of the pictures only,
 * so a prompt that is too long is refused before a pixel is decoded. Safe for concurrent use.
 */
public final class PromptBuilder {

    private final VisionLanguageModel model;
    private final ImageDecoder decoder;

    /** Makes the builder of a model's prompts. */
    public PromptBuilder(VisionLanguageModel model, ImageDecoder decoder) {
        this.model = model;
        this.decoder = decoder;
    }

    /**
     * A prompt before its pictures are decoded.
     *
     * @param text prompt text with one placeholder per image
     * @param layout ids and positions
     * @param pictures picture files in prompt order
     */
    public record Draft(String text, PromptLayout layout, List<byte[]> pictures) {

        /** Rows of the prompt. */
        public int tokens() {
            return layout.ids().length;
        }
    }

    /**
     * Lays out a prompt; reads only the headers of its pictures.
     *
     * @throws io.github.glimpse.GlimpseException if a picture or a placeholder is wrong
     */
    public Draft draft(List<ChatTurn> turns) {
        List<byte[]> pictures = new ArrayList<>();
        List<ChatTemplateMessage> messages =
                turns.stream().map(turn -> message(turn, pictures)).toList();
        List<ImageGrid> grids = each(pictures, bytes -> {
            ImageSize size = decoder.readSize(bytes);
            return model.preprocessor().plan(size.width(), size.height()).grid();
        });
        Map<String, Object> variables = new HashMap<>(model.templateVariables());
        variables.put("add_generation_prompt", true);
        String text = model.template().render(messages, variables);
        PromptLayout layout =
                PromptLayout.of(model.tokenizer().encode(text), model.placeholder(), grids, model.positions());
        checkIds(layout.ids());
        return new Draft(Tokenizer.unguard(text), layout, pictures);
    }

    /** Decodes the pictures of a prompt and cuts them into patches. */
    public Prompt prompt(Draft draft) {
        List<PixelPatches> images =
                each(draft.pictures(), bytes -> model.preprocessor().preprocess(decoder.decode(bytes)));
        return new Prompt(draft.text(), draft.layout(), images);
    }

    private ChatTemplateMessage message(ChatTurn turn, List<byte[]> pictures) {
        List<Map<String, Object>> parts = new ArrayList<>();
        for (ChatTurn.Part part : turn.parts()) {
            if (part instanceof ChatTurn.Text text) {
                parts.add(ChatTemplateMessage.textPart(model.tokenizer().guard(text.text())));
            } else if (part instanceof ChatTurn.Picture picture) {
                pictures.add(picture.bytes());
                parts.add(ChatTemplateMessage.imagePart());
            }
        }
        return new ChatTemplateMessage(turn.role().label(), parts);
    }

    private static <T> List<T> each(List<byte[]> pictures, Function<byte[], T> step) {
        List<T> results = new ArrayList<>();
        for (byte[] bytes : pictures) {
            try {
                results.add(step.apply(bytes));
            } catch (InvalidImageException e) {
                throw pictures.size() == 1
                        ? e
                        : new InvalidImageException(
                                "Image " + (results.size() + 1) + " of " + pictures.size() + ": " + e.getMessage(), e);
            }
        }
        return results;
    }

    private void checkIds(int[] ids) {
        int vocabulary = model.decoder().vocabulary();
        for (int id : ids) {
            if (id < 0 || id >= vocabulary) {
                throw new ModelFilesException("The tokenizer gave token " + id + ", but the model's vocabulary has "
                        + vocabulary + " entries; check that tokenizer.json and config.json belong together");
            }
        }
    }
}
