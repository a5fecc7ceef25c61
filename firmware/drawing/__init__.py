# How the pet looks: scenes drawn on 128 x 64 points, the same for the panel of a board, for the
# pictures of a README and for the checksums of a test. Knows the logic's scenes, and no host.
