package io.github.glimpse.image;

import java.util.List;

/** To which sizes a family resizes the frames of a video, all alike. */
public sealed interface FrameSizes permits FramePixelBudget, VideoPixelBudget, SquareFrames {

    /**
     * The sizes, one resize after the other; the last one is cut into patches.
     *
     * @param frame size of each frame
     * @param frames how many there are, a doubled last one not counted
     * @throws io.github.glimpse.InvalidImageException if there are none, or the family cannot take frames of this shape
     */
    List<ImageSize> of(ImageSize frame, int frames);
}
