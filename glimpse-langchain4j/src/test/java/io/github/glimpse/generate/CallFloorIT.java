package io.github.glimpse.generate;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.glimpse.answer.ToolCallFormat;
import io.github.glimpse.constrain.JsonStyle;
import io.github.glimpse.constrain.ToolShape;
import io.github.glimpse.constrain.ToolUse;
import io.github.glimpse.form.AnswerForm;
import io.github.glimpse.prune.PruningOptions;
import io.github.glimpse.sampling.GenerationOptions;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A call below the floor is that of the wider cut, token by token. */
class CallFloorIT {

    private static final byte[] PICTURE = TinyModels.picture("qwen2_5_vl-tiny/cases/020/a.png");
    private static final ToolShape PICK = new ToolShape(
            "pick",
            "{\"type\":\"object\",\"properties\":{\"word\":{\"type\":\"string\",\"maxLength\":12}},"
                    + "\"required\":[\"word\"],\"additionalProperties\":false}",
            ToolShape.Arguments.STRICT);

    private static GenerationRequest request(LoadedModel engine, PruningOptions pruning, @Nullable Double floor) {
        AnswerForm form = engine.forms()
                .tools(List.of(PICK), new ToolUse(ToolUse.Choice.REQUIRED, 1), JsonStyle.CLOSED, ToolCallFormat.HERMES);
        return new GenerationRequest(
                List.of(ChatTurn.user("Which word?", PICTURE)),
                pruning,
                GenerationOptions.builder().maxOutputTokens(120).build(),
                new ToolOffer(List.of(new OfferedTool(PICK, null)), null).with(new TurnCare(null, floor)),
                form);
    }

    private static PruningOptions profile(String name) {
        return PruningOptions.builder().profile(name).build();
    }

    @Test
    void itIsTheWiderCutsTokenByToken() {
        try (LoadedModel engine = LoadedModel.load(TinyModels.qwen().build())) {
            GenerationResult bold = engine.generate(request(engine, profile("bold"), null));
            GenerationResult careful = engine.generate(request(engine, profile("careful"), null));
            GenerationResult off = engine.generate(request(engine, profile("off"), null));
            double boldly = Objects.requireNonNull(bold.report().confidence());
            double carefully = Objects.requireNonNull(careful.report().confidence());

            GenerationResult same = engine.generate(request(engine, profile("bold"), boldly));
            GenerationResult wider = engine.generate(request(engine, profile("bold"), Math.nextUp(boldly)));
            GenerationResult whole =
                    engine.generate(request(engine, profile("bold"), Math.nextUp(Math.max(boldly, carefully))));

            assertThat(bold.tokenIds()).isNotEqualTo(careful.tokenIds());
            assertThat(same.tokenIds()).isEqualTo(bold.tokenIds());
            assertThat(same.tools().askedAgain()).isZero();
            assertThat(wider.tokenIds()).isEqualTo(boldly < carefully ? careful.tokenIds() : off.tokenIds());
            assertThat(whole.tokenIds()).isEqualTo(off.tokenIds());
            assertThat(whole.tools().askedAgain()).isEqualTo(2);
            assertThat(whole.report().retention()).isEqualTo(1);
        }
    }
}
