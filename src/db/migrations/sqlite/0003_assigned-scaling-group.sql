ALTER TABLE `agents` ADD `assigned_scaling_group` text;
