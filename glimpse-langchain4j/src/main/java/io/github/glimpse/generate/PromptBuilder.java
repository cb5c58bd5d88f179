package io.github.glimpse.generate;

import io.github.glimpse.InvalidImageException;
import io.github.glimpse.ModelFilesException;
import io.github.glimpse.image.ImageDecoder;
import io.github.glimpse.image.ImageGrid;
import io.github.glimpse.image.ImageSize;
import io.github.glimpse.image.PatchPlan;
import io.github.glimpse.image.PixelPatches;
import io.github.glimpse.model.PromptLayout;
import io.github.glimpse.model.VisionLanguageModel;
import io.github.glimpse.text.ChatTemplateMessage;
import io.github.glimpse.text.Tokenizer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Messages and picture files to prompt text, ids and patches. The prompt needs the headers of the pictures only, so one that
 * is too long is refused before a pixel is decoded, and a picture that is remembered is never decoded at all. Safe for
 * concurrent use.
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
     * Lays out a prompt; reads only the headers of its pictures.
     *
     * @throws io.github.glimpse.GlimpseException if a picture or a placeholder is wrong
     */
    public Prompt prompt(List<ChatTurn> turns) {
        List<byte[]> pictures = new ArrayList<>();
        List<ChatTemplateMessage> messages =
                turns.stream().map(turn -> message(turn, pictures)).toList();
        List<PatchPlan> plans = new ArrayList<>();
        for (byte[] bytes : pictures) {
            plans.add(numbered(pictures, plans.size(), () -> {
                ImageSize size = decoder.readSize(bytes);
                return model.preprocessor().plan(size.width(), size.height());
            }));
        }
        List<ImageGrid> grids = plans.stream().map(PatchPlan::grid).toList();
        Map<String, Object> variables = new HashMap<>(model.templateVariables());
        variables.put("add_generation_prompt", true);
        String text = model.template().render(messages, variables);
        PromptLayout layout =
                PromptLayout.of(model.tokenizer().encode(text), model.placeholder(), grids, model.positions());
        checkIds(layout.ids());
        return new Prompt(Tokenizer.unguard(text), layout, pictures, plans);
    }

    /** Decodes one picture of a prompt and cuts it into patches. */
    public PixelPatches patches(Prompt prompt, int index) {
        byte[] bytes = prompt.pictures().get(index);
        return numbered(prompt.pictures(), index, () -> model.preprocessor().preprocess(decoder.decode(bytes)));
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

    /** With several pictures an error says which one it is about. */
    private static <T> T numbered(List<byte[]> pictures, int index, Supplier<T> step) {
        try {
            return step.get();
        } catch (InvalidImageException e) {
            throw pictures.size() == 1
                    ? e
                    : new InvalidImageException(
                            "Image " + (index + 1) + " of " + pictures.size() + ": " + e.getMessage(), e);
        }
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
