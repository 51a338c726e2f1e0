"""The main question: do generated faces beat the few labels that they came from?"""
