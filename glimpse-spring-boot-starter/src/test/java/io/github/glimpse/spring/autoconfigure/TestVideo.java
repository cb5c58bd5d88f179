package io.github.glimpse.spring.autoconfigure;

import dev.langchain4j.data.message.VideoContent;
import io.github.glimpse.chat.GlimpseVideo;
import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;

/** A video for tests. */
final class TestVideo {

    private TestVideo() {}

    /** Six frames in which a square moves at the end. */
    static VideoContent clip(Path folder) throws IOException {
        List<Path> frames = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            BufferedImage image = new BufferedImage(112, 112, BufferedImage.TYPE_INT_RGB);
            Graphics2D pencil = image.createGraphics();
            pencil.setColor(Color.ORANGE);
            pencil.fillRect(i < 4 ? 10 : 60, 20, 40, 40);
            pencil.dispose();
            frames.add(folder.resolve(i + ".png"));
            ImageIO.write(image, "png", frames.get(i).toFile());
        }
        return GlimpseVideo.builder().frames(frames).framesPerSecond(2).build();
    }
}
