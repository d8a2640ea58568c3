/**
 * @file ink.h
 * @brief From grey levels to ink: paper has none, whatever the light.
 *
 * @addtogroup workbench
 *
 * A photograph of white paper is not white: a lamp on one side makes the other half as bright, a
 * hand casts a shadow. The same pen then has different grey levels on every part of the sheet. The
 * share of the light that the ink swallows stays the same, so
 *
 *     ink = 255 (paper - grey) / paper
 *
 * where `paper` is the level of the paper around that pixel: the largest mean of a small cell
 * nearby, wherever a stroke is (a closing: first the maximum within a window, then the minimum).
 * Light ink on a dark background is inverted first.
 * @{
 */
#ifndef INK_H
#define INK_H

#include "image.h"

/**
 * @brief Separates ink from paper.
 * @param grey  dark on light or light on dark, in even or uneven light
 * @param ink   (h, w), overwritten: 0 = paper, 255 = the strongest ink of this drawing
 * @param share filled: the share of the light that the strongest ink swallows, in 255ths
 * @param error filled when there is no memory
 */
bool ink_separate(const Grey *grey, uint8_t *ink, int *share, Error *error);

/** @} */
#endif
