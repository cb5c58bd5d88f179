package com.example.cookbook.providers;

import dev.langchain4j.agent.tool.P;
import dev.langchain4j.agent.tool.Tool;
import dev.langchain4j.data.message.ImageContent;
import java.io.IOException;
import java.util.Base64;
import org.springframework.core.io.ClassPathResource;
import org.springframework.stereotype.Component;

/** What the agent may do: ask Glimpse about a picture. The picture itself never leaves this machine. */
@Component
class PictureTools {

    private final PictureReader reader;

    PictureTools(PictureReader reader) {
        this.reader = reader;
    }

    @Tool("Looks at a picture and answers one short question about it")
    String lookAt(
            @P("name of the picture: receipt") String picture,
            @P("question, for example: What is the total?") String question)
            throws IOException {
        return reader.read(question, image(picture));
    }

    private static ImageContent image(String name) throws IOException {
        if (!name.equals("receipt")) {
            throw new IllegalArgumentException("There is no picture '" + name + "', only: receipt");
        }
        byte[] png = new ClassPathResource(name + ".png").getContentAsByteArray();
        return ImageContent.from(Base64.getEncoder().encodeToString(png), "image/png");
    }
}
